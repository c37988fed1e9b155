# The runner's image, waiting for hooks to be tried in it: without a registration, its own
# run.sh ends at once. No hook is in the way.
FROM ghcr.io/actions/actions-runner:latest
COPY --chmod=755 run.sh /home/runner/run.sh
