# A docker action with everything that an image can preset; the same as images/build makes.
FROM debian:12
COPY --chmod=755 entrypoint.sh /app/entrypoint.sh
RUN groupadd --gid 2000 app && useradd --uid 2000 --gid 2000 --create-home --shell /bin/sh app
ENV IMAGE_VARIABLE="from image" HOME=/home/app
WORKDIR /app
USER app
ENTRYPOINT ["/app/entrypoint.sh"]
CMD ["from-image", "two words"]
