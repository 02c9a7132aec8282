"""Whatever is in the parameters of an action, the answer is one of AWS: XML, and no 5xx. What can be said is read from botocore's own model."""
import random
import socket
import sys

import boto3
import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session
from xml.etree import ElementTree
from urllib.parse import urlencode

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 1
ROUNDS = 40
ACTIONS = """RunInstances DescribeInstances DescribeInstanceStatus StartInstances StopInstances RebootInstances
    DescribeInstanceAttribute ModifyInstanceAttribute ResetInstanceAttribute GetConsoleOutput GetConsoleScreenshot
    DescribeInstanceTypes DescribeInstanceTypeOfferings DescribeImages RegisterImage DeregisterImage
    DescribeImageAttribute ModifyImageAttribute ResetImageAttribute CreateKeyPair ImportKeyPair DescribeKeyPairs
    DeleteKeyPair CreateTags DeleteTags DescribeTags DescribeRegions DescribeAvailabilityZones
    DescribeAccountAttributes DescribeVolumes
    TerminateInstances""".split()

rng = random.Random(SEED)
session = botocore.session.get_session()
client = boto3.client("ec2")
model = session.get_service_model("ec2")
credentials = session.get_credentials()
http = URLLib3Session(socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)])

catalogue = client.describe_images()["Images"][0]["ImageId"]
instance = client.run_instances(ImageId=catalogue, InstanceType="t1.tiny", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
client.get_waiter("instance_running").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1, "MaxAttempts": 90})
volume = client.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])["Volumes"][0]["VolumeId"]
image = client.register_image(Name="fuzz %d" % SEED, ImageLocation="http://127.0.0.1:9/x")["ImageId"]
# What is really there, so that more than the first check is passed.
THERE = {"InstanceId": [instance], "ImageId": [image, catalogue], "VolumeId": [volume], "ResourceId": [instance, image, volume]}
STRINGS = ["", " ", "0", "-1", "true", "null", "*", "a" * 300, "\x00", "\x01\x1f", "\ud7ff\ufffe", "\U0001f600", "<a/>",
           "&amp;", "]]>", "../..", "%s%n", "i-0123456789abcdef0", "i-", "vol-00000000", "ami-0123456789abcdef0", instance, image, volume,
           "key-0123456789abcdef0", "t1.tiny", "tag:x", "name", "instance-id", "2026-01-01T00:00:00Z", "YWJj", "=", "+ &",
           "available", "instance", "volume", "image", "key-pair", "all", "x86_64", "http://127.0.0.1:9/x", "/dev/vda"]
NUMBERS = ["0", "1", "-1", "5", "1000", "2147483647", "2147483648", "-99999999999999999999", "1e3", "0x10", " 7 ", "", "NaN"]
FLAGS = ["true", "false", "", "TRUE", "yes", "1"]


def name_of(member, shape):
    """As the EC2 protocol names the members of requests."""
    serialization = shape.serialization
    if "queryName" in serialization:
        return serialization["queryName"]
    name = serialization.get("name", member)
    return name[0].upper() + name[1:]


def value(prefix, shape, out, depth=0):
    kind = shape.type_name
    leaf = prefix.rstrip("0123456789").rstrip(".").split(".")[-1]
    if rng.random() < 0.01:
        out[prefix + rng.choice(["", ".1", ".x", "..", ".1.Name", "." * 40, ".0", ".-1"])] = rng.choice(STRINGS)
    elif kind == "structure":
        members = list(shape.members.items())
        for member, inner in rng.sample(members, rng.randint(0, min(5, len(members)))):
            if depth < 5:
                value(prefix + "." + name_of(member, inner), inner, out, depth + 1)
    elif kind == "list":
        for i in range(rng.choice([0, 1, 1, 2, 3])):
            value("%s.%d" % (prefix, i + 1), shape.member, out, depth + 1)
    elif kind in ("integer", "long", "double", "float"):
        out[prefix] = rng.choice(NUMBERS)
    elif kind == "boolean":
        out[prefix] = rng.choice(FLAGS)
    elif leaf in THERE and rng.random() < 0.9:
        out[prefix] = rng.choice(THERE[leaf])
    elif getattr(shape, "enum", []) and rng.random() < 0.9:
        out[prefix] = rng.choice(shape.enum)
    else:
        out[prefix] = rng.choice(STRINGS)


def call(action):
    form = {"Action": action, "Version": "2016-11-15"}
    members = model.operation_model(action).input_shape.members
    for member, shape in members.items():
        needed = name_of(member, shape) in THERE or member in ("Attribute", "Tags", "MinCount", "MaxCount", "KeyName", "Name")
        if rng.random() < (0.9 if needed else 0.1 if len(members) > 12 else 0.3):
            value(name_of(member, shape), shape, form)
    if action == "RunInstances":
        form.update(DryRun="true")
    request = AWSRequest("POST", client.meta.endpoint_url + "/", data=urlencode(form).encode(),
                         headers={"Content-Type": "application/x-www-form-urlencoded"})
    SigV4Auth(credentials, "ec2", client.meta.region_name).add_auth(request)
    response = http.send(request.prepare())
    assert response.status_code < 500, (action, form, response.status_code, response.text)
    root = ElementTree.fromstring(response.content)
    if response.status_code >= 400:
        assert root.findtext("Errors/Error/Code"), (action, form, response.text)
    return response.status_code


seen = {action: {call(action) for _ in range(ROUNDS)} for action in ACTIONS}
assert sum(200 in codes for codes in seen.values()) > len(ACTIONS) * 2 / 3, seen
for key in client.describe_key_pairs()["KeyPairs"]:
    client.delete_key_pair(KeyPairId=key["KeyPairId"])
for made in client.describe_images(Owners=["self"])["Images"]:
    client.deregister_image(ImageId=made["ImageId"])
if client.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]["State"]["Name"] != "terminated":
    client.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": False})
    client.terminate_instances(InstanceIds=[instance])
print("ok", SEED)
