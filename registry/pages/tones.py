"""The colours of the verdicts. A page carries only those of the verdicts that it shows."""

from typing import NamedTuple

from registry.pages.vocabulary import Tone


class Colours(NamedTuple):
    """A filled band and the ink on it; and the ink of a word in that tone on the page itself."""

    band: str
    band_ink: str
    word: str


LIGHT: dict[Tone, Colours] = {
    Tone.GOOD: Colours("#0b6b3c", "#ffffff", "#0b6b3c"),
    Tone.CAUTION: Colours("#f4b73f", "#241a00", "#7a4b00"),
    Tone.STOP: Colours("#ad1f1f", "#ffffff", "#ad1f1f"),
    Tone.MUTE: Colours("#4b5560", "#ffffff", "#4b5560"),
}
DARK: dict[Tone, Colours] = {
    Tone.GOOD: Colours("#0f7442", "#ffffff", "#5fd39a"),
    Tone.CAUTION: Colours("#e5a526", "#241a00", "#f0bd5a"),
    Tone.STOP: Colours("#b3261e", "#ffffff", "#ff9d94"),
    Tone.MUTE: Colours("#4b5560", "#ffffff", "#b4bcc6"),
}


def tone_rules(tones: frozenset[Tone]) -> str:
    """The style rules of ``tones``, in both colour schemes."""
    if not tones:
        return ""
    wanted = [tone for tone in Tone if tone in tones]
    light = "".join(f":root{{{_properties(tone, LIGHT[tone])}}}\n" for tone in wanted)
    dark = "".join(f":root{{{_properties(tone, DARK[tone])}}}\n" for tone in wanted)
    uses = "".join(
        f".tone-{tone}{{--band:var(--{tone}-band);--band-ink:var(--{tone}-band-ink)}}\n"
        f".chip-{tone}{{color:var(--{tone}-word)}}\n"
        for tone in wanted
    )
    return f"{light}@media (prefers-color-scheme:dark){{\n{dark}}}\n{uses}"


def _properties(tone: Tone, colours: Colours) -> str:
    return f"--{tone}-band:{colours.band};--{tone}-band-ink:{colours.band_ink};--{tone}-word:{colours.word}"
