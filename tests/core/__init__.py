"""The tests of `jofi_async.core`."""
