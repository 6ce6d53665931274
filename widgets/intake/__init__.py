"""ECGs on their way in: dropped files, documents of several pages, demonstrations, batches."""
