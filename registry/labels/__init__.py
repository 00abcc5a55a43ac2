"""Label artwork: the printed label as SVG in millimetres or as PNG. ``artwork`` is the way in."""
