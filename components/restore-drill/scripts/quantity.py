# Kubernetes' quantities of bytes, such as 10Gi.
import re

UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15,
         "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50}


def bytes_in(quantity):
    match = re.match(r"^([0-9.]+)([A-Za-z]*)$", str(quantity))
    if not match or match.group(2) not in UNITS:
        raise ValueError("not a quantity of bytes: %s" % quantity)
    return int(float(match.group(1)) * UNITS[match.group(2)])
