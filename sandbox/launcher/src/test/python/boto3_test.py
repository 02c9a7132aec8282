"""boto3, unmodified, against the facade that the environment names."""
import base64
import concurrent.futures
import time

import boto3
from botocore.exceptions import ClientError

ec2 = boto3.client("ec2")
image = ec2.describe_images(Owners=["amazon", boto3.client("sts").get_caller_identity()["Account"]])["Images"]
assert image == [], "the only image belongs to the catalogue"
image = ec2.describe_images(Filters=[{"Name": "name", "Values": ["ti*"]}])["Images"][0]
assert image["State"] == "available" and image["Public"] is True

# Key pairs: both types, both formats, import, fingerprints.
for key_type in ("rsa", "ed25519"):
    for key_format in ("pem", "ppk"):
        name = f"boto {key_type} {key_format}"
        made = ec2.create_key_pair(KeyName=name, KeyType=key_type, KeyFormat=key_format)
        start = "PuTTY-User-Key-File-2" if key_format == "ppk" else "-----BEGIN"
        assert made["KeyMaterial"].startswith(start), made["KeyMaterial"][:40]
        public = ec2.describe_key_pairs(KeyNames=[name], IncludePublicKey=True)["KeyPairs"][0]
        assert public["KeyFingerprint"] == made["KeyFingerprint"]
        ec2.import_key_pair(KeyName=name + " again", PublicKeyMaterial=public["PublicKey"].encode())
        ec2.delete_key_pair(KeyName=name)
        ec2.delete_key_pair(KeyName=name)
        ec2.delete_key_pair(KeyPairId=ec2.describe_key_pairs(KeyNames=[name + " again"])["KeyPairs"][0]["KeyPairId"])

# Ten machines, in pages of five.
order = dict(ImageId=image["ImageId"], InstanceType="t1.tiny", MinCount=1, MaxCount=10,
             TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "suite", "Value": "boto3"}]},
                                {"ResourceType": "volume", "Tags": [{"Key": "suite=part", "Value": "disk=root"}]}])
ids = [i["InstanceId"] for i in ec2.run_instances(**order)["Instances"]]
assert len(set(ids)) == 10
mine = [{"Name": "tag:suite", "Values": ["bo?o3", "nothing"]}]
pages = list(ec2.get_paginator("describe_instances").paginate(Filters=mine, PaginationConfig={"PageSize": 5}))
assert sorted(i["InstanceId"] for p in pages for r in p["Reservations"] for i in r["Instances"]) == sorted(ids)
assert len(pages) == 2 and "NextToken" not in pages[-1]

ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig={"Delay": 1, "MaxAttempts": 90})
ec2.get_waiter("instance_status_ok").wait(InstanceIds=ids, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
volumes = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": ids}])["Volumes"]
assert len(volumes) == 10 and all(v["State"] == "in-use" for v in volumes)
assert all(v["Tags"] == [{"Key": "suite=part", "Value": "disk=root"}] for v in volumes)

ec2.create_tags(Resources=ids[:2], Tags=[{"Key": "Name", "Value": "x & <y>"}])
tags = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": ids[:2]}, {"Name": "key", "Values": ["Name"]}])["Tags"]
assert [t["Value"] for t in tags] == ["x & <y>"] * 2
ec2.delete_tags(Resources=ids[:2], Tags=[{"Key": "Name"}])
assert ec2.describe_tags(Filters=[{"Name": "key", "Values": ["Name"]}, {"Name": "resource-id", "Values": ids}])["Tags"] == []

ec2.stop_instances(InstanceIds=ids[:3])
ec2.get_waiter("instance_stopped").wait(InstanceIds=ids[:3], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
for _ in range(60):  # A machine that runs may still boot.
    console = ec2.get_console_output(InstanceId=ids[5])["Output"]
    if "login:" in console:
        break
    time.sleep(1)
assert "login:" in console, console
assert ec2.get_console_output(InstanceId=ids[0], Latest=True).get("Output", "") == ""
screen = ec2.get_console_screenshot(InstanceId=ids[5], WakeUp=True)
assert screen["InstanceId"] == ids[5] and base64.b64decode(screen["ImageData"]).startswith(b"\x89PNG\r\n\x1a\n"), screen
for code, parameters in [("IncorrectInstanceState", {"InstanceId": ids[0]}),
                         ("DryRunOperation", {"InstanceId": ids[5], "DryRun": True})]:
    try:
        ec2.get_console_screenshot(**parameters)
        raise AssertionError("%s expected" % code)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
ec2.terminate_instances(InstanceIds=ids)
ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig={"Delay": 1, "MaxAttempts": 60})

# Images: register by URL, share, deregister; an import that cannot succeed stays pending.
made = ec2.register_image(Name="boto image", ImageLocation="http://127.0.0.1:9/disk.qcow2", Architecture="x86_64")["ImageId"]
ec2.modify_image_attribute(ImageId=made, LaunchPermission={"Add": [{"UserId": "123456789012"}]})
shared = ec2.describe_image_attribute(ImageId=made, Attribute="launchPermission")["LaunchPermissions"]
assert shared == [{"UserId": "123456789012"}]
assert ec2.describe_images(ImageIds=[made])["Images"][0]["State"] == "pending"
friends = ["%012d" % n for n in range(3)]
with concurrent.futures.ThreadPoolExecutor() as pool:
    list(pool.map(lambda friend: ec2.modify_image_attribute(ImageId=made, LaunchPermission={"Add": [{"UserId": friend}]}), friends))
shared = ec2.describe_image_attribute(ImageId=made, Attribute="launchPermission")["LaunchPermissions"]
assert {p["UserId"] for p in shared} == {"123456789012", *friends}, shared
try:
    ec2.register_image(Name="boto image", ImageLocation="http://127.0.0.1:9/disk.qcow2")
    raise AssertionError("registered twice")
except ClientError as e:
    assert e.response["Error"]["Code"] == "InvalidAMIName.Duplicate"
ec2.deregister_image(ImageId=made)

for call, code in ((lambda: ec2.run_instances(DryRun=True, **order), "DryRunOperation"),
                   (lambda: ec2.create_vpc(CidrBlock="10.0.0.0/16"), "UnsupportedOperation"),
                   (lambda: ec2.start_instances(InstanceIds=ids[:1]), "IncorrectInstanceState")):
    try:
        call()
        raise AssertionError(code)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
print("ok")
