#!/bin/bash
# In place of the runner: waits until it is told to stop.
trap 'exit 0' INT TERM
echo "Listening for Jobs"
sleep infinity &
wait
