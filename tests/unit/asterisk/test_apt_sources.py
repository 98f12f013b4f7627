from ctiserver.asterisk.apt_sources import Entry, deb822_entries, mirrors, one_line_entries

NAMES = ("bookworm", "stable")
DEBIAN_KEY = "/usr/share/keyrings/debian-archive-keyring.gpg"


def test_a_one_line_source_is_read_with_and_without_options() -> None:
    text = f"""
# deb http://mirror.example/old bookworm main
deb http://mirror.example/debian bookworm main contrib  # comment
deb [arch=amd64 signed-by={DEBIAN_KEY}] http://other.example/debian bookworm main
deb-src http://mirror.example/debian bookworm main
"""
    assert list(one_line_entries(text)) == [
        Entry("http://mirror.example/debian", "bookworm", ("main", "contrib")),
        Entry("http://other.example/debian", "bookworm", ("main",), DEBIAN_KEY),
    ]


def test_a_deb822_source_is_read_with_comments_lists_and_continuation_lines() -> None:
    text = f"""# a comment
Types: deb deb-src
URIs: http://mirror.example/debian
 http://second.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: {DEBIAN_KEY}

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""
    found = list(deb822_entries(text))
    assert [(entry.uri, entry.suite) for entry in found] == [
        ("http://mirror.example/debian", "bookworm"),
        ("http://mirror.example/debian", "bookworm-updates"),
        ("http://second.example/debian", "bookworm"),
        ("http://second.example/debian", "bookworm-updates"),
    ]
    assert {entry.signed_by for entry in found} == {DEBIAN_KEY}


def test_third_parties_are_no_mirrors_of_debian() -> None:
    entries = [
        Entry("http://security.example/debian-security", "bookworm-security", ("main",)),
        Entry("http://docker.example/linux", "bookworm", ("stable",)),
        Entry("http://node.example", "bookworm", ("main",), "/usr/share/keyrings/node.gpg"),
        Entry("http://cloud.example/apt", "cloud-sdk-bookworm", ("main",)),
    ]
    assert mirrors(entries, NAMES) == []


def test_mirrors_keep_their_order_and_are_named_once() -> None:
    entries = [
        Entry("http://b.example/debian", "bookworm", ("main",), DEBIAN_KEY),
        Entry("http://a.example/debian", "stable", ("contrib", "main")),
        Entry("http://b.example/debian", "stable", ("main",)),
    ]
    assert mirrors(entries, NAMES) == ["http://b.example/debian", "http://a.example/debian"]
