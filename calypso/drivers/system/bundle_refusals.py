"""Why a bundle, or its signature, is not taken. Each says what to do instead."""

from calypso.errors import SubsystemError


class BundleRefused(SubsystemError):
    """The bundle cannot be taken as it is; nothing on this machine was changed."""

    code = "bundle_refused"
    title = "The bundle is refused"


class SignatureWrong(BundleRefused):
    """The signature does not fit what it signs, or cannot be read."""

    code = "bundle_signature_wrong"
    title = "The signature is wrong"


class KeyUnknown(BundleRefused):
    """It is signed with a key that this machine does not trust."""

    code = "bundle_key_unknown"
    title = "Signed with an unknown key"


class KeyWrong(BundleRefused):
    """A file that should hold a key holds none that can be used."""

    code = "bundle_key_wrong"
    title = "Not a usable key"


class ChecksumWrong(BundleRefused):
    """A file, or the list of checksums, is not what was signed."""

    code = "bundle_checksum_wrong"
    title = "A checksum is wrong"


class FileMissing(BundleRefused):
    """A file that belongs to the bundle is not there."""

    code = "bundle_file_missing"
    title = "A file is missing"


class FileExtra(BundleRefused):
    """There is something in the bundle that nobody signed."""

    code = "bundle_file_extra"
    title = "A file does not belong"


class ManifestWrong(BundleRefused):
    """The manifest cannot be read, or says what cannot be."""

    code = "bundle_manifest_wrong"
    title = "The manifest is wrong"


class ArchiveWrong(BundleRefused):
    """The archive is damaged, or holds what no bundle holds: links, devices, paths outside."""

    code = "bundle_archive_wrong"
    title = "The archive is wrong"


class PythonUnfit(BundleRefused):
    """The bundle holds no wheels for this machine's Python."""

    code = "bundle_python_unfit"
    title = "No wheels for this Python"


class PlatformUnfit(BundleRefused):
    """The bundle is for another kind of machine."""

    code = "bundle_platform_unfit"
    title = "For another platform"
