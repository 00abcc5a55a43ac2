import inspect

import keys
from keys import errors


def test_the_public_list_is_sorted_and_complete():
    public = [name for name, value in vars(keys).items() if not name.startswith("_") and not inspect.ismodule(value)]
    assert keys.__all__ == sorted(keys.__all__)
    assert sorted(public) == keys.__all__


def test_the_error_tree_is_drawn_and_public():
    for name, error in inspect.getmembers(errors, inspect.isclass):
        assert issubclass(error, keys.KeysError)
        assert f" {name} " in keys.__doc__ or f" {name}\n" in keys.__doc__  # ty: ignore[unsupported-operator]
        assert name in keys.__all__
