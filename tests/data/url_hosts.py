"""Prints how Python and libcurl read URLs, as JSON. See README.md."""

import ctypes
import ctypes.util
import itertools
import json
import platform
from urllib.parse import urlsplit

curl = ctypes.CDLL(ctypes.util.find_library("curl") or "libcurl.so.4")
curl.curl_url.restype = ctypes.c_void_p
curl.curl_url_cleanup.argtypes = [ctypes.c_void_p]
curl.curl_url_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
curl.curl_url_get.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_char_p), ctypes.c_uint]
curl.curl_version.restype = ctypes.c_char_p
URL, HOST, PORT, PATH, QUERY = 0, 5, 6, 7, 8


def by_curl(url):
    handle = curl.curl_url()
    try:
        if curl.curl_url_set(handle, URL, url.encode(), 0):
            return None

        def part(which):
            text = ctypes.c_char_p()
            return text.value.decode() if curl.curl_url_get(handle, which, ctypes.byref(text), 0) == 0 else None

        return [part(HOST), int(part(PORT) or 443), part(PATH), part(QUERY)]
    finally:
        curl.curl_url_cleanup(handle)


def by_python(url):
    try:
        parts = urlsplit(url)
        host = parts.hostname
        if host is not None and ":" in host:
            host = f"[{host}]"
        return [host, parts.port or 443, parts.path, parts.query or None]
    except ValueError:
        return None


HOSTS = [
    "h.example", "H.Example", "h.example.", "xn--bcher-kva.example", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "017700000001",
    "1.2.3.4.", "1.2.3.256", "[::1]", "[::ffff:1.2.3.4]", "[fe80::1%25eth0]", "[::1", "::1", "localhost", "a_b.example", "-a.example",
    "a..example", ".example", "a%2eexample", "a%00.example", "h.example%2f", "h.example\\@evil.example", "h.example#@evil.example",
    "h.example?@evil.example", "user@h.example", "user:pw@h.example", "h.example@evil.example", "h.example:443@evil.example",
    "h.example;evil.example", "h.example,evil.example", "h.example&evil.example", "h.example$", "h.example!", "h.example'", "h.example*",
    "h.example|", "h.example^", "h.example<", "h.example`", "h.example{a}", "h.example~", "h.example=", "h.example+", "h.example(",
    "b\u00fccher.example", "h\u00ad.example", "h\u3002example", "\uff48.example", "h\u200b.example", "h.example\u2044evil.example",
    "h.example\uff0fevil.example", "h.exa mple", "h.exa\tmple", "h.exa\nmple", "h.example\r", "", "a" * 64 + ".example", "1e3", "0", "08.1",
]
PORTS = ["", ":", ":443", ":8443", ":0", ":65535", ":65536", ":00080", ":+80", ":8 0", ":80a", ":80:90", ":-1"]
TAILS = [
    "", "/", "/in", "/in?a=1&b=%20+", "?a=1", "/a/../b", "/a/./b", "/a/%2e%2e/b", "//evil.example/", "/\\evil.example/", "/a//b", "/a;b=c/d",
    "/#a", "?#a", "/?", "/a?b?c", "/'", "/\"", "/<a>", "/a b", "/%zz", "/%", "/@evil.example", "/:80", "/\u00fc", "/a%00b", "/~a_b-c.d!$&'()*+,;=:@",
    "/a?b='c'", "/[a]", "/a|b", "/a^b", "/a`b", "/{a}",
]
SCHEMES = ["https://", "HTTPS://", "https:", "https:/", "https:///", "https:\\\\", "ht\ntps://", " https://", "https//", "https ://", "https:/\\"]


def urls():
    for host, port in itertools.product(HOSTS, PORTS):
        yield f"https://{host}{port}/in"
    for host, tail in itertools.product(["h.example", "h.example:8443", "127.0.0.1", "[::1]:8443"], TAILS):
        yield f"https://{host}{tail}"
    for scheme, tail in itertools.product(SCHEMES, ["h.example", "h.example/in", "user@h.example/", "h.example\\@evil.example/"]):
        yield f"{scheme}{tail}"


made = {"made_with": {"python": platform.python_version(), "curl": curl.curl_version().decode().split(" ")[0]}}
made["urls"] = [{"url": url, "python": by_python(url), "curl": by_curl(url)} for url in dict.fromkeys(urls())]
lines = ",\n".join(json.dumps(one) for one in made.pop("urls"))
head = json.dumps(made)[:-1]
print(f'{head}, "urls": [\n{lines}\n]}}')
