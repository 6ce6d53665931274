// Tells the style sheet of the app that a part stands at its height: what is below it may be seen.

function markDrawn(root, name) { (root.getRootNode().host ?? root).dataset.drawn = name; }
