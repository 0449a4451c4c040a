"""Screenshots of a shop that does not exist, drawn when the demo is made."""

import io

from PIL import Image, ImageDraw, ImageFont

SIZE = (960, 600)
INK, SOFT, LINE, PAPER, GREEN, RED = "#1d222d", "#98a1b0", "#d2d6de", "#ffffff", "#1f6f5c", "#d9433a"


def _words(draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, size: int = 20, ink: str = INK) -> None:
    draw.text(place, text, fill=ink, font=ImageFont.load_default(size))


def _checkout(draw: ImageDraw.ImageDraw) -> None:
    """The page with a card that is filled in."""
    draw.rectangle((0, 0, SIZE[0], 56), fill="#eef0f4")
    for number in range(3):
        draw.ellipse((20 + 24 * number, 20, 34 + 24 * number, 34), fill="#c4c9d2")
    draw.rounded_rectangle((150, 14, 760, 42), 12, fill=PAPER)
    _words(draw, (170, 18), "shop.tessarin.example/checkout", 16, SOFT)
    _words(draw, (72, 96), "Pay by card", 30)
    for top, text in ((160, "4242 4242 4242 4242"), (240, "12 / 29            123")):
        draw.rounded_rectangle((72, top, 560, top + 60), 8, outline=LINE, width=2)
        _words(draw, (92, top + 18), text)
    draw.rounded_rectangle((72, 330, 560, 394), 10, fill=GREEN)
    _words(draw, (240, 350), "Pay 148.20 EUR", 20, PAPER)
    draw.rounded_rectangle((620, 96, 890, 394), 10, fill="#f6f7f9")
    for top, name, price in (
        (120, "Walking boots", "129.00"),
        (160, "Wool socks", "19.20"),
        (320, "Total", "148.20 EUR"),
    ):
        _words(draw, (640, top), name, 17)
        _words(draw, (780, top), price, 17)


def _challenge(image: Image.Image, status: str, frame: str) -> None:
    """The dialog of the bank above the page."""
    image.paste(Image.blend(image, Image.new("RGB", SIZE, INK), 0.5))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((230, 90, 730, 520), 16, fill=PAPER)
    _words(draw, (262, 120), "Your bank asks you to confirm", 24)
    draw.rounded_rectangle((262, 180, 698, 420), 8, fill="#f6f7f9", outline=frame, width=3)
    draw.arc((440, 250, 520, 330), 0, 280, fill=GREEN, width=8)
    _words(draw, (262, 450), status, 22)


def _bytes(image: Image.Image) -> bytes:
    held = io.BytesIO()
    image.save(held, "PNG", optimize=True)
    return held.getvalue()


def checkout() -> bytes:
    """The filled-in checkout."""
    image = Image.new("RGB", SIZE, PAPER)
    _checkout(ImageDraw.Draw(image))
    return _bytes(image)


def challenge(status: str, *, marked: bool = False) -> bytes:
    """The checkout under the dialog of the bank; what a test waited for in vain can be marked."""
    image = Image.new("RGB", SIZE, PAPER)
    _checkout(ImageDraw.Draw(image))
    _challenge(image, status, RED if marked else LINE)
    return _bytes(image)
