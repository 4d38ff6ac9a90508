"""The picture of the folders on their floors."""

from . import FLAT, FLOORS, KERAS_AT_IMPORT, TOP

#: Half of a box's height, and of a folder's and of a wide box's width, in the picture.
HEIGHT, WIDTH, WIDE = 0.28, 0.085, 0.5


def draw(package, path):
    """Draw the folders on their floors, with the arrows that others do not imply.

    The highest and the lowest floor have no arrows: they belong to all folders.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    places = _places()
    figure, ax = plt.subplots(figsize=(8.5, 6.5), layout="constrained")
    arrows = package.arrows()
    for start, ends in arrows.items():
        for end in ends - _implied(arrows, ends):
            if start != TOP and end != FLAT:
                _draw_arrow(ax, places[start], places[end])
    for folder, modules in package.folders().items():
        words = f"{folder}/\n{_files(len(modules))}"
        if folder == TOP:
            words = f"{TOP}: the public names, from all folders"
        elif folder == FLAT:
            words = f"{FLAT}: {_files(len(modules))} for all folders"
        _draw_box(ax, places[folder], folder, words)
    for floor in set(FLOORS.values()):
        ax.text(-0.03, floor, f"floor {floor}", ha="right", va="center", color="0.45")
    ax.set_xlim(-0.13, 1.01)
    ax.set_ylim(-0.4, max(FLOORS.values()) + 0.4)
    ax.axis("off")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _places():
    """Position of each folder: its share of the width, and its floor."""
    places = {}
    for floor in set(FLOORS.values()):
        folders = [folder for folder, its in FLOORS.items() if its == floor]
        for i, folder in enumerate(folders):
            places[folder] = ((i + 0.5) / len(folders), floor)
    return places


def _implied(arrows, ends):
    """Folders that those folders import from, directly or through others."""
    implied, waiting = set(), list(ends)
    while waiting:
        further = arrows[waiting.pop()] - implied
        implied |= further
        waiting += further
    return implied


def _draw_arrow(ax, start, end):
    ax.annotate(
        "",
        xy=(end[0], end[1] + HEIGHT),
        xytext=(start[0], start[1] - HEIGHT),
        arrowprops={"arrowstyle": "-|>", "color": "0.5", "shrinkA": 0, "shrinkB": 0},
    )


def _draw_box(ax, place, folder, words):
    from matplotlib.patches import Rectangle

    x, y = place
    width = WIDE if folder in (TOP, FLAT) else WIDTH
    fill, edge = ("#E3EEF7", "#0072B2")
    if folder in KERAS_AT_IMPORT:
        fill, edge = ("#FBE3D3", "#D55E00")
    corner = (x - width, y - HEIGHT)
    box = Rectangle(corner, 2 * width, 2 * HEIGHT, facecolor=fill, edgecolor=edge)
    ax.add_patch(box)
    ax.text(x, y, words, ha="center", va="center", linespacing=1.5)


def _files(n):
    return "1 file" if n == 1 else f"{n} files"
