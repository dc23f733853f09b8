package dev.millrace.git;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.jspecify.annotations.Nullable;

/// Millrace's own key for ssh: Ed25519, in `id_ed25519` as OpenSSH keeps it, made when it is first needed.
final class SshKey {
  private static final int ED25519_BITS = 256;

  private final Path file;
  private @Nullable KeyPair pair;

  SshKey(Path folder) {
    this.file = folder.resolve("id_ed25519");
  }

  /// The public half as a host takes it: `ssh-ed25519 AAAA... millrace`.
  String publicHalf() {
    return PublicKeyEntry.toString(pair().getPublic()) + " millrace";
  }

  synchronized KeyPair pair() {
    KeyPair known = pair;
    if (known == null) {
      try {
        known = Files.exists(file) ? read() : make();
      } catch (IOException | GeneralSecurityException e) {
        throw new GitTrouble("the ssh key in " + file + " cannot be used", e);
      }
      pair = known;
    }
    return known;
  }

  private KeyPair read() throws IOException, GeneralSecurityException {
    Iterable<KeyPair> pairs =
        SecurityUtils.loadKeyPairIdentities(
            null, NamedResource.ofName(file.toString()), new ByteArrayInputStream(Files.readAllBytes(file)), null);
    var all = pairs == null ? null : pairs.iterator();
    if (all == null || !all.hasNext()) {
      throw new GitTrouble("there is no ssh key in " + file + "; move the file away, and a new key is made");
    }
    return all.next();
  }

  private KeyPair make() throws IOException, GeneralSecurityException {
    KeyPair made = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, ED25519_BITS);
    var text = new ByteArrayOutputStream();
    OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(made, "millrace", null, text);
    Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
    // made aside, so that a crash leaves no half of a key; nobody else can read it at any moment
    Path aside =
        Files.createTempFile(
            folder, ".id", "", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(aside, text.toByteArray());
    Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    return made;
  }
}
