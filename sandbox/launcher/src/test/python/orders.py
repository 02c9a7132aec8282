"""Orders machines at once, one a thread, and says how many orders went through and how many were refused at the limit."""
import sys
import threading

import boto3
from botocore.exceptions import ClientError

count = int(sys.argv[1])
ec2 = boto3.client("ec2")
image = ec2.describe_images()["Images"][0]["ImageId"]
start = threading.Barrier(count)
outcomes = []


def order():
    start.wait()
    try:
        ec2.run_instances(ImageId=image, InstanceType="t1.tiny", MinCount=1, MaxCount=1)
        outcomes.append("ordered")
    except ClientError as e:
        outcomes.append("refused" if "LimitExceeded" in e.response["Error"]["Code"] else str(e))


threads = [threading.Thread(target=order) for _ in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for outcome in sorted(set(outcomes)):
    print(outcomes.count(outcome), outcome)
