"""What of a clip's own words travels with it: when, where, by whom and with what it was taken."""

from collections.abc import Mapping

from dualzoom.settings import Keep

#: Of the container: the result has its own.
_CONTAINER = ("encoder", "major_brand", "minor_version", "compatible_brands")
#: Ends of the keys that name neither a place nor a person, as FFmpeg writes those of Apple, Google and Matroska.
_BASIC = ("creation_time", "creationdate", "date", "make", "model")


def kept(words: Mapping[str, str], keep: Keep) -> dict[str, str]:
    """Returns the words that a result keeps: all, basic (when and by which camera), or none.

    >>> words = {"encoder": "Lavf", "location": "+47.3+008.5/", "com.apple.quicktime.make": "Apple", "date": "2024"}
    >>> kept(words, "all")
    {'location': '+47.3+008.5/', 'com.apple.quicktime.make': 'Apple', 'date': '2024'}
    >>> kept(words, "basic"), kept(words, "none")
    ({'com.apple.quicktime.make': 'Apple', 'date': '2024'}, {})
    """
    if keep == "none":
        return {}
    own = {key: value for key, value in words.items() if key not in _CONTAINER}
    if keep == "all":
        return own
    return {key: value for key, value in own.items() if key.lower().rsplit(".", 1)[-1] in _BASIC}
