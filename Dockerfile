# Millrace in a container; ./zero image builds it and tries it out. The base brings a Java 25.
ARG BASE=eclipse-temurin:25-jre
FROM ${BASE}

# git merges branches; the certificates let steps' images and other forges be reached; perl holds the socket.
RUN { command -v git && command -v perl; } >/dev/null || { \
      apt-get update && apt-get install -y --no-install-recommends git ca-certificates perl-base && rm -rf /var/lib/apt/lists/*; \
    }
RUN echo 'millrace:x:10001:10001:Millrace:/data:/bin/sh' >>/etc/passwd && echo 'millrace:x:10001:' >>/etc/group && \
    mkdir /data && chown 10001:10001 /data

# What changes least comes first.
COPY target/lib /opt/millrace/lib
COPY jvm.options target/millrace.jar zero.d/train.sh packaging/hold.pl packaging/millrace /opt/millrace/

# Java names files in UTF-8 only if the locale says so.
ENV LANG=C.UTF-8
RUN cd /opt/millrace && sh train.sh java jvm.options /opt/millrace/millrace.jar millrace.aot

# Not root. The engine's socket is opened by its group: docker run --group-add "$(stat -c %g /var/run/docker.sock)"
USER 10001:10001
VOLUME /data
EXPOSE 8080
ENV MILLRACE_DATA=/data MILLRACE_LISTEN=0.0.0.0 MILLRACE_PORT=8080
# docker kill -s HUP restarts the server in the container without closing its port.
ENTRYPOINT ["/opt/millrace/millrace"]
CMD ["serve"]
