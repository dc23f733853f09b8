package dev.millrace.git;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The hosts that were met by ssh, with their keys: `known_hosts`, as OpenSSH reads it. A host that is met for the first
/// time is believed and written down; one that has another key than before is not.
final class KnownHosts implements ServerKeyDatabase {
  private static final Logger LOG = LoggerFactory.getLogger(KnownHosts.class);

  private final Path file;
  private final Map<String, String> refusals = new ConcurrentHashMap<>();

  KnownHosts(Path folder) {
    this.file = folder.resolve("known_hosts");
  }

  @Override
  public List<PublicKey> lookup(String host, InetSocketAddress address, Configuration config) {
    try {
      return keys(host);
    } catch (IOException e) {
      LOG.warn("The known hosts cannot be read", e);
      return List.of();
    }
  }

  @Override
  public synchronized boolean accept(
      String host, InetSocketAddress address, PublicKey key, Configuration config, CredentialsProvider provider) {
    refusals.remove(host);
    try {
      List<PublicKey> known = keys(host);
      if (known.stream().anyMatch(one -> KeyUtils.compareKeys(one, key))) {
        return true;
      }
      if (known.isEmpty()) {
        String line = host + " " + PublicKeyEntry.toString(key) + "\n";
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.SYNC);
        LOG.info("{} is met by ssh for the first time; its key is {} from now on", host, KeyUtils.getFingerPrint(key));
        return true;
      }
      refusals.put(
          host,
          "the ssh key of " + host + " is not the one it had before: now " + KeyUtils.getFingerPrint(key) + ", known is "
              + KeyUtils.getFingerPrint(known.getFirst()) + "; if that is right, remove its line from " + file);
    } catch (IOException e) {
      refusals.put(host, "the known hosts in " + file + " cannot be read or written: " + e.getMessage());
    }
    LOG.error("{}", refusals.get(host));
    return false;
  }

  /// Why a host was refused when it was last met.
  Optional<String> refusal(String host) {
    return Optional.ofNullable(refusals.get(host));
  }

  private List<PublicKey> keys(String host) throws IOException {
    var keys = new ArrayList<PublicKey>();
    if (!Files.exists(file)) {
      return keys;
    }
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      String[] parts = line.strip().split("\\s+", 2);
      if (parts.length == 2 && List.of(parts[0].split(",")).contains(host)) {
        try {
          PublicKey key =
              PublicKeyEntry.parsePublicKeyEntry(parts[1]).resolvePublicKey(null, Map.of(), PublicKeyEntryResolver.IGNORING);
          if (key != null) {
            keys.add(key);
          }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
          throw new IOException("the line of " + host + " in " + file + " is no key", e);
        }
      }
    }
    return keys;
  }
}
