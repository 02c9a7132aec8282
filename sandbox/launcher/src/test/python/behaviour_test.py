"""boto3, unmodified: states, protection, tokens, attributes and ids behave as AWS's do, in the order in which Terraform asks."""
import base64
import concurrent.futures
import urllib.error
import urllib.request
import uuid

import boto3
from botocore.exceptions import ClientError

ec2 = boto3.client("ec2")
image = ec2.describe_images()["Images"][0]["ImageId"]
order = dict(ImageId=image, InstanceType="t1.tiny", MinCount=1, MaxCount=1)
fast = {"Delay": 1, "MaxAttempts": 120}


def refused(code, call, **parameters):
    try:
        call(**parameters)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, (code, e)
        assert e.response["ResponseMetadata"]["HTTPStatusCode"] < 500, e
        return e.response["Error"]["Message"]
    raise AssertionError("%s expected" % code)


def change(answer):
    one = list(answer.values())[0][0]
    return one["PreviousState"]["Name"], one["CurrentState"]["Name"]


# A token is one order: at the same time, again, and with other parameters.
token = str(uuid.uuid4())
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    answers = list(pool.map(lambda _: boto3.session.Session().client("ec2").run_instances(
        **{**order, "MaxCount": 3, "ClientToken": token}), range(4)))
ids = [sorted(i["InstanceId"] for i in a["Instances"]) for a in answers]
assert len(ids[0]) == 3 and all(i == ids[0] for i in ids), ids
assert len({a["ReservationId"] for a in answers}) == 1
refused("IdempotentParameterMismatch", ec2.run_instances, **{**order, "MaxCount": 2, "ClientToken": token})
refused("IdempotentParameterMismatch", ec2.run_instances,
        **{**order, "MaxCount": 3, "InstanceType": "m1.small", "ClientToken": token})
by_token = ec2.describe_instances(Filters=[{"Name": "client-token", "Values": [token]}])["Reservations"]
assert len(by_token) == 1 and len(by_token[0]["Instances"]) == 3
ec2.terminate_instances(InstanceIds=ids[0])

# Orders that cannot be.
refused("InvalidParameterValue", ec2.run_instances, **{**order, "InstanceType": "z9.huge"})
refused("InvalidKeyPair.NotFound", ec2.run_instances, **{**order, "KeyName": "nonsense"})
refused("InvalidParameterValue", ec2.run_instances, **{**order, "UserData": "x" * 16385})
refused("InvalidBlockDeviceMapping", ec2.run_instances,
        **{**order, "BlockDeviceMappings": [{"DeviceName": "/dev/vda", "Ebs": {"VolumeSize": 1}}]})
refused("MissingParameter", ec2.run_instances, **{**order, "BlockDeviceMappings": [{"Ebs": {"VolumeSize": 9}}]})
refused("InvalidParameterValue", ec2.run_instances, **{**order, "TagSpecifications": [
    {"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}]})
refused("TagLimitExceeded", ec2.run_instances, **{**order, "TagSpecifications": [
    {"ResourceType": "instance", "Tags": [{"Key": "k%d" % i, "Value": ""} for i in range(51)]}]})
refused("DryRunOperation", ec2.run_instances, **{**order, "DryRun": True})

# What Terraform reads of a machine.
made = ec2.run_instances(UserData="#cloud-config\n", DisableApiStop=True, **order)["Instances"][0]
it = made["InstanceId"]
assert made["State"] == {"Code": 0, "Name": "pending"}
ec2.get_waiter("instance_running").wait(InstanceIds=[it], WaiterConfig=fast)
read = ec2.describe_instances(InstanceIds=[it])["Reservations"][0]["Instances"][0]
for member in """ImageId InstanceType LaunchTime Placement Monitoring StateTransitionReason RootDeviceName RootDeviceType
        MetadataOptions EnclaveOptions HibernationOptions CpuOptions MaintenanceOptions PlatformDetails UsageOperation
        CapacityReservationSpecification BlockDeviceMappings EbsOptimized SourceDestCheck ClientToken""".split():
    assert member in read, member
assert ec2.describe_instance_types(InstanceTypes=[read["InstanceType"]])["InstanceTypes"][0]["BurstablePerformanceSupported"] is False
assert ec2.describe_tags(Filters=[{"Name": "key", "Values": ["aws:ec2launchtemplate:id"]},
                                  {"Name": "resource-id", "Values": [it]}])["Tags"] == []
volume = ec2.describe_volumes(VolumeIds=[read["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]])["Volumes"][0]
assert volume["Attachments"][0]["InstanceId"] == it and volume["Encrypted"] is False
attribute = lambda name: ec2.describe_instance_attribute(InstanceId=it, Attribute=name)
assert attribute("instanceInitiatedShutdownBehavior")["InstanceInitiatedShutdownBehavior"]["Value"] == "stop"
assert attribute("disableApiStop")["DisableApiStop"]["Value"] is True
assert attribute("disableApiTermination")["DisableApiTermination"]["Value"] is False
assert attribute("enclaveOptions")["EnclaveOptions"]["Enabled"] is False
assert base64.b64decode(attribute("userData")["UserData"]["Value"]) == b"#cloud-config\n"
for call, parameters in ((ec2.describe_vpcs, {}), (ec2.describe_instance_credit_specifications, {"InstanceIds": [it]}),
                         (ec2.get_instance_uefi_data, {"InstanceId": it})):
    refused("UnsupportedOperation", call, **parameters)

# Protection, states, and the change of a type.
modify = lambda **attribute: ec2.modify_instance_attribute(InstanceId=it, **attribute)
refused("OperationNotPermitted", ec2.stop_instances, InstanceIds=[it])
refused("IncorrectInstanceState", modify, InstanceType={"Value": "m1.small"})
refused("InvalidParameterCombination", modify, DisableApiStop={"Value": False}, DisableApiTermination={"Value": False})
refused("InvalidParameterCombination", modify)
refused("InvalidParameterValue", modify, Attribute="disableApiStop", Value="nonsense")
modify(SourceDestCheck={"Value": True})
refused("UnsupportedOperation", modify, SourceDestCheck={"Value": False})
modify(DisableApiStop={"Value": False})
assert change(ec2.start_instances(InstanceIds=[it])) == ("running", "running")
assert change(ec2.stop_instances(InstanceIds=[it])) == ("running", "stopping")
refused("IncorrectInstanceState", ec2.start_instances, InstanceIds=[it])
ec2.get_waiter("instance_stopped").wait(InstanceIds=[it], WaiterConfig=fast)
assert ec2.describe_instance_status(InstanceIds=[it])["InstanceStatuses"] == []
assert len(ec2.describe_instance_status(InstanceIds=[it], IncludeAllInstances=True)["InstanceStatuses"]) == 1
assert change(ec2.stop_instances(InstanceIds=[it])) == ("stopped", "stopped")
refused("IncorrectInstanceState", ec2.reboot_instances, InstanceIds=[it])
modify(UserData={"Value": b"abcd"})
assert base64.b64decode(attribute("userData")["UserData"]["Value"]) == b"abcd", "decoded once, not until it is no base64"
modify(InstanceType={"Value": "m1.small"})
assert change(ec2.start_instances(InstanceIds=[it])) == ("stopped", "pending")
ec2.get_waiter("instance_running").wait(InstanceIds=[it], WaiterConfig=fast)

# All ids of a request, or none; those that are missing are all named.
nobody = ["i-%017x" % i for i in range(2)]
message = refused("InvalidInstanceID.NotFound", ec2.stop_instances, InstanceIds=[it] + nobody)
assert nobody[0] in message and nobody[1] in message and it not in message
refused("InvalidInstanceID.Malformed", ec2.stop_instances, InstanceIds=[nobody[0], "i-nonsense"])
assert ec2.describe_instances(InstanceIds=[it])["Reservations"][0]["Instances"][0]["State"]["Name"] == "running"
ec2.create_tags(Resources=[it], Tags=[{"Key": "k%d" % i, "Value": "v"} for i in range(50)])
refused("TagLimitExceeded", ec2.create_tags, Resources=[it], Tags=[{"Key": "one more", "Value": ""}])
ec2.delete_tags(Resources=[it], Tags=[{"Key": "k0", "Value": ""}, {"Key": "k1", "Value": "v"}, {"Key": "k2"}])
left = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [it]}, {"Name": "key", "Values": ["k0", "k1", "k2"]}])["Tags"]
assert [t["Key"] for t in left] == ["k0"], left

ec2.modify_instance_attribute(InstanceId=it, DisableApiTermination={"Value": True})
refused("OperationNotPermitted", ec2.terminate_instances, InstanceIds=[it])
ec2.modify_instance_attribute(InstanceId=it, DisableApiTermination={"Value": False})
assert change(ec2.terminate_instances(InstanceIds=[it])) == ("running", "shutting-down")
ec2.get_waiter("instance_terminated").wait(InstanceIds=[it], WaiterConfig=fast)
assert change(ec2.terminate_instances(InstanceIds=[it])) == ("terminated", "terminated")
refused("IncorrectInstanceState", ec2.stop_instances, InstanceIds=[it])

# Somebody else's image is seen and cannot be changed; where it comes from is his own affair.
public = ec2.describe_images(ImageIds=[image])["Images"][0]
assert public["ImageLocation"] == public["OwnerId"] + "/" + public["Name"]
for call in (ec2.deregister_image, ec2.describe_image_attribute):
    refused("AuthFailure", call, ImageId=image, **({"Attribute": "launchPermission"} if call == ec2.describe_image_attribute else {}))
refused("InvalidAMIID.NotFound", ec2.create_tags, Resources=[image], Tags=[{"Key": "a", "Value": "b"}])

# A name is free again as soon as its image is deregistered.
for _ in range(3):
    again = ec2.register_image(Name="again", ImageLocation="http://127.0.0.1:9/x")["ImageId"]
    ec2.deregister_image(ImageId=again)
    refused("InvalidAMIID.NotFound", ec2.describe_images, ImageIds=[again])

# Signed in the URL, with more than nine numbered parameters, and with more than fits in 4 KiB.
query = ec2.generate_presigned_url("describe_instances", Params={"InstanceIds": ["i-%017x" % i for i in range(200)]}, HttpMethod="GET")
assert len(query) > 4096
try:
    urllib.request.urlopen(query)
    raise AssertionError("found what is not there")
except urllib.error.HTTPError as e:
    assert b"InvalidInstanceID.NotFound" in e.read()
print("ok")
