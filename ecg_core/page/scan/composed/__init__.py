"""From a flat picture and its sheet to the page: where each piece goes, how it is drawn there."""
