"""A wheel that holds the native library: for one platform, for every Python 3.

Everything else is in pyproject.toml. `build-wheel.sh` puts the library beside
the package before and takes it away after.
"""

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel


class NativeDistribution(Distribution):
    """Holds machine code, though none that is compiled for a version of Python."""

    def has_ext_modules(self) -> bool:
        """So that the wheel is installed where platform-dependent packages are."""
        return True


class NativeWheel(bdist_wheel):
    """Tagged with the platform, but with no version of Python and no ABI of it."""

    def get_tag(self) -> tuple[str, str, str]:
        """For example py3-none-linux_x86_64."""
        return "py3", "none", super().get_tag()[2]


setup(cmdclass={"bdist_wheel": NativeWheel}, distclass=NativeDistribution)
