"""What the bench itself asks of the store, and the raw loop that it compares with, by barman-cloud's own S3 client.

Reads {"endpoint", "bucket", "op", ...} as JSON from stdin; prints what the op found as JSON.
"""

import concurrent.futures
import json
import sys
import time

import boto3
from botocore.config import Config

job = json.load(sys.stdin)
bucket = job["bucket"]
checksums = {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}
s3 = boto3.client("s3", endpoint_url=job["endpoint"], config=Config(**checksums))


def objects():
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=job["prefix"])
    return [found for page in pages for found in page.get("Contents", [])]


def delete():
    for found in objects():
        s3.delete_object(Bucket=bucket, Key=found["Key"])


def parts():
    """Offset and length of each part of an object."""
    size, step = job["size"], job["partSize"]
    return [(at, min(step, size - at)) for at in range(0, size, step)]


def put():
    """An object in parts, by as many threads as asked for."""
    # What compresses or not is the same to the store; pages of zeros might be the same to nothing else.
    with open("/dev/urandom", "rb") as random:
        body = random.read(job["partSize"])
    target = {"Bucket": bucket, "Key": job["key"]}
    start = time.perf_counter()
    upload = s3.create_multipart_upload(**target)["UploadId"]

    def send(number, length):
        sent = s3.upload_part(**target, UploadId=upload, PartNumber=number, Body=body[:length])
        return {"PartNumber": number, "ETag": sent["ETag"]}

    with concurrent.futures.ThreadPoolExecutor(job["threads"]) as pool:
        done = list(pool.map(send, *zip(*[(i + 1, length) for i, (_, length) in enumerate(parts())])))
    s3.complete_multipart_upload(**target, UploadId=upload, MultipartUpload={"Parts": done})
    return time.perf_counter() - start


def get():
    """The object again, in the same parts, thrown away."""

    def receive(at, length):
        answer = s3.get_object(Bucket=bucket, Key=job["key"], Range=f"bytes={at}-{at + length - 1}")
        return sum(len(chunk) for chunk in answer["Body"].iter_chunks(1 << 20))

    start = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(job["threads"]) as pool:
        received = sum(pool.map(receive, *zip(*parts())))
    seconds = time.perf_counter() - start
    if received != job["size"]:
        sys.exit(f"got {received} bytes of {job['size']}")
    return seconds


ops = {
    "create": lambda: s3.create_bucket(Bucket=bucket) and None,
    "size": lambda: sum(found["Size"] for found in objects()),
    "delete": delete,
    "put": put,
    "get": get,
}
print(json.dumps(ops[job["op"]]()))
