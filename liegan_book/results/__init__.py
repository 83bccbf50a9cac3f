"""The poster beside our records: tables, verdicts, verification."""
