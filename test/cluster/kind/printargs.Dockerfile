# One static program and nothing else: an image without a shell.
FROM golang:1.25 AS build
WORKDIR /src
COPY main.go .
RUN CGO_ENABLED=0 go build -o /printargs main.go && mkdir -p /empty/tmp && chmod 1777 /empty/tmp

FROM scratch
COPY --from=build /empty/tmp /tmp
COPY --from=build /printargs /printargs
ENTRYPOINT ["/printargs", "from-entrypoint"]
CMD ["from-cmd"]
