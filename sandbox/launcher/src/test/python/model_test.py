"""What botocore's model documents of the actions that are here is understood here: every filter, every page size, every parameter that describes."""
import html
import re

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ec2 = boto3.client("ec2", config=Config(parameter_validation=False))
model = ec2.meta.service_model
DESCRIBE = """DescribeInstances DescribeInstanceStatus DescribeInstanceTypes DescribeInstanceTypeOfferings DescribeImages
    DescribeKeyPairs DescribeTags DescribeRegions DescribeAvailabilityZones DescribeVolumes""".split()


def method(action):
    return getattr(ec2, re.sub(r"(?<!^)([A-Z])", r"_\1", action).lower())


def code_of(call, **parameters):
    try:
        call(**parameters)
        return None
    except ClientError as e:
        return e.response["Error"]["Code"]


for action in DESCRIBE:
    members = model.operation_model(action).input_shape.members
    documented = re.findall(r"<li> <p> <code>([^<]+)</code>", members["Filters"].documentation)
    assert documented, action
    for name in map(html.unescape, documented):
        # DescribeKeyPairs, DescribeTags and DescribeVolumes write "tag" where the others write "tag:<key>".
        name = "tag:key" if name in ("tag", "tag:<key>") else name
        found = method(action)(Filters=[{"Name": name, "Values": ["matches nothing"]}])
        lists = [v for k, v in found.items() if isinstance(v, list)]
        assert lists == [[]], (action, name, found)
    assert code_of(method(action), Filters=[{"Name": "nonsense", "Values": ["a"]}]) == "InvalidParameterValue", action
    if "MaxResults" in members:
        least = members["MaxResults"].metadata.get("min", 1 if action == "DescribeImages" else 5)
        most = members["MaxResults"].metadata.get("max", 1000)
        for size in (least, most):
            assert code_of(method(action), MaxResults=size) is None, (action, size)
        for size in (least - 1, most + 1, -1):
            assert code_of(method(action), MaxResults=size) in ("InvalidParameterValue",), (action, size)
        assert code_of(method(action), MaxResults=least, NextToken="bm9uc2Vuc2U") == "InvalidPaginationToken", action
        pages = list(ec2.get_paginator(re.sub(r"(?<!^)([A-Z])", r"_\1", action).lower()).paginate(
            PaginationConfig={"PageSize": least}))
        assert "NextToken" not in pages[-1] and all(p["NextToken"] for p in pages[:-1]), action
    if "DryRun" in members:
        assert code_of(method(action), DryRun=True) == "DryRunOperation", action

# A filter on what is there finds it, and a page is cut after the filter.
one = ec2.describe_instance_types(Filters=[{"Name": "vcpu-info.default-vcpus", "Values": ["1"]},
                                           {"Name": "processor-info.supported-architecture", "Values": ["x86_64"]}])
assert one["InstanceTypes"] and all(t["VCpuInfo"]["DefaultVCpus"] == 1 for t in one["InstanceTypes"])
zones = ec2.describe_availability_zones()["AvailabilityZones"]
assert ec2.describe_availability_zones(ZoneIds=[zones[0]["ZoneId"]])["AvailabilityZones"] == zones[:1]
assert code_of(ec2.describe_availability_zones, ZoneIds=["use1-az1"]) == "InvalidParameterValue"
for kind in ("region", "availability-zone", "availability-zone-id"):
    assert ec2.describe_instance_type_offerings(LocationType=kind)["InstanceTypeOfferings"][0]["LocationType"] == kind
assert ec2.describe_regions()["Regions"][0]["Endpoint"] == ec2.meta.endpoint_url.split("//")[1]
assert code_of(ec2.describe_instance_types, InstanceTypes=["z9.huge"]) == "InvalidInstanceType"
assert code_of(ec2.describe_account_attributes, AttributeNames=["nonsense"]) == "InvalidParameterValue"
print("ok")
