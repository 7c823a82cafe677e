#!/usr/bin/python
"""Brings a new version: restart web is the last step."""
import os
import subprocess

# initctl restart web
os.system("restart web")
subprocess.check_call(["initctl", "restart", "web"])
subprocess.check_call(["service", "cache", "reload"])
