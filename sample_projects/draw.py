"""Draw the twelve pictures of the sample story "The Lamp" into the-lamp/images/.

`python sample_projects/draw.py` writes them anew, the same each time; it needs only Pillow. Each
scene holds one large, bright subject, so that it can still be told as a thumbnail of 18 by 10
pixels. The scenes are in sea.py and land.py, what they are painted with is in brush.py.
"""

from collections.abc import Callable
from pathlib import Path
from random import Random

import land
import sea
from brush import Sheet
from PIL import Image

IMAGES = Path(__file__).parent / "the-lamp" / "images"

SCENES: dict[str, Callable[[Random], Sheet]] = {
    "lighthouse.jpg": sea.lighthouse,
    "last-sail.jpg": sea.last_sail,
    "second-light.png": sea.second_light,
    "letter.png": land.letter,
    "night-train.webp": land.night_train,
    "city.webp": land.city,
    "forest.jpg": land.forest,
    "northern-lights.jpg": land.northern_lights,
    "rainy-harbour.webp": sea.rainy_harbour,
    "ferry.png": sea.ferry,
    "storm.jpg": sea.storm,
    "dawn.webp": sea.dawn,
}


def save(picture: Image.Image, path: Path) -> None:
    """Write the picture in the form that its name says."""
    match path.suffix:
        case ".png":
            picture.save(path, optimize=True)
        case ".webp":
            picture.save(path, quality=84, method=6)
        case _:
            picture.save(path, quality=86, optimize=True, progressive=True)


def main() -> None:
    """Draw every scene, each from a seed of its own."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, scene in SCENES.items():
        rng = Random(name)
        sheet = scene(rng)
        if not name.endswith(".png"):
            sheet.grain(rng, 0.16)
        save(sheet.finished(), IMAGES / name)


if __name__ == "__main__":
    main()
