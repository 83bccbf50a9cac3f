"""The exceptions that the package promises: one sentence, naming the thing and the remedy."""


class LieganError(Exception):
    """Base of every error raised on purpose; the command line prints it without a traceback."""


class InputError(LieganError, ValueError):
    """A value given by the caller cannot be used."""


class DamagedFileError(LieganError, ValueError):
    """A file on disk is not what it should be: wrong checksum, schema, or layout."""


class MissingExtraError(LieganError, ImportError):
    """An optional dependency is not installed; the message says which extra brings it."""
