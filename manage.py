#!/usr/bin/env python
"""Django's command line for this project, and two commands that need no settings: `version` and `keys`."""

import os
import sys


def main() -> None:
    os.umask(0o077)  # what is written, such as an SQLite database with its logs, is for this user alone
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewhub.settings")
    if sys.argv[1:] in (["version"], ["--version"]):
        from reviewhub import VERSION

        print(VERSION)  # noqa: T201
        return
    if sys.argv[1:2] == ["keys"]:
        from reviewhub import first_settings

        first_settings.main(sys.argv[2:])
        return
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
