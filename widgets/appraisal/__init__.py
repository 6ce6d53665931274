"""Views of the Performance page, one short file each; `views.VIEWS` lists them."""
