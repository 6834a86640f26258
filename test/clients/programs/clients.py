"""Sends the chains of stdin with one Python client (argv[1]) and writes what it got as JSON."""
import asyncio
import json
import socket
import sys

name = sys.argv[1]
task = json.load(sys.stdin)
ports, ca, body = task["ports"], task["ca"], task["body"].encode()


def placed(host, port, *args, **kwargs):
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", ports[str(port)]))]


socket.getaddrinfo = placed


def with_requests():
    import requests

    session = requests.Session()
    session.trust_env = False
    session.verify = ca

    def send(chain):
        data = body if chain["hasBody"] else None
        answer = session.request(
            chain["method"], chain["url"], headers=chain["headers"], data=data, allow_redirects=True
        )
        return answer.status_code

    return send


def with_urllib3():
    import urllib3

    pool = urllib3.PoolManager(ca_certs=ca)

    def send(chain):
        data = body if chain["hasBody"] else None
        return pool.request(chain["method"], chain["url"], headers=chain["headers"], body=data).status

    return send


def with_httpx():
    import ssl

    import httpx

    client = httpx.Client(
        verify=ssl.create_default_context(cafile=ca), trust_env=False, follow_redirects=True
    )

    def send(chain):
        data = body if chain["hasBody"] else None
        return client.request(chain["method"], chain["url"], headers=chain["headers"], content=data).status_code

    return send


async def with_aiohttp():
    import ssl

    import aiohttp
    from aiohttp.abc import AbstractResolver

    class Resolver(AbstractResolver):
        async def resolve(self, host, port=0, family=socket.AF_INET):
            place = {"hostname": host, "host": "127.0.0.1", "port": ports[str(port)]}
            return [{**place, "family": socket.AF_INET, "proto": 0, "flags": 0}]

        async def close(self):
            pass

    context = ssl.create_default_context(cafile=ca)
    connector = aiohttp.TCPConnector(resolver=Resolver(), ssl=context, use_dns_cache=False)
    got = {}
    async with aiohttp.ClientSession(connector=connector) as session:
        for chain in task["chains"]:
            data = body if chain["hasBody"] else None
            try:
                async with session.request(
                    chain["method"], chain["url"], headers=chain["headers"], data=data, allow_redirects=True
                ) as answer:
                    got[chain["name"]] = {"status": answer.status}
            except Exception as failure:
                got[chain["name"]] = {"error": repr(failure)}
    return got


if name == "versions":
    from importlib import metadata

    found = {}
    for module in ("requests", "urllib3", "httpx", "aiohttp"):
        try:
            found[module] = metadata.version(module)
        except metadata.PackageNotFoundError:
            pass
    print(json.dumps(found))
elif name == "aiohttp":
    print(json.dumps(asyncio.run(with_aiohttp())))
else:
    send = {"requests": with_requests, "urllib3": with_urllib3, "httpx": with_httpx}[name]()
    got = {}
    for chain in task["chains"]:
        try:
            got[chain["name"]] = {"status": send(chain)}
        except Exception as failure:
            got[chain["name"]] = {"error": repr(failure)}
    print(json.dumps(got))
