"""`python -m devcloud`: the same as the command `devcloud`."""

from devcloud.cli.main import run

if __name__ == "__main__":
    run()
