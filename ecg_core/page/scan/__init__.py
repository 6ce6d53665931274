"""Pages read off pictures: from pixels to a straightened sheet, its rows and its leads."""
