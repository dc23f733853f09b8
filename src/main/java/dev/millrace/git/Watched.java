package dev.millrace.git;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A response that remembers whether its reader has gone away, and says nothing to nobody from then on. JGit would keep it
/// to itself while the push is held, and call it an internal error afterwards.
final class Watched extends HttpServletResponseWrapper {
  private static final Logger LOG = LoggerFactory.getLogger(Watched.class);
  private static final String ATTRIBUTE = Watched.class.getName();

  private volatile boolean gone;

  /// @param request knows of it from now on, see [#gone(HttpServletRequest)]
  Watched(HttpServletRequest request, HttpServletResponse response) {
    super(response);
    request.setAttribute(ATTRIBUTE, this);
  }

  /// Whether what was written last to whoever made this request could not be.
  static boolean gone(HttpServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof Watched watched && watched.gone;
  }

  @Override
  public ServletOutputStream getOutputStream() throws IOException {
    return new Stream(super.getOutputStream());
  }

  private interface Writing {
    void write() throws IOException;
  }

  private final class Stream extends ServletOutputStream {
    private final ServletOutputStream out;

    Stream(ServletOutputStream out) {
      this.out = out;
    }

    private void tried(Writing writing) {
      if (gone) {
        return;
      }
      try {
        writing.write();
      } catch (IOException e) {
        LOG.debug("Who pushed has gone", e);
        gone = true;
      }
    }

    @Override
    public void write(int letter) {
      tried(() -> out.write(letter));
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      tried(() -> out.write(bytes, from, length));
    }

    @Override
    public void flush() {
      tried(out::flush);
    }

    @Override
    public void close() {
      tried(out::close);
    }

    @Override
    public boolean isReady() {
      return out.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      out.setWriteListener(listener);
    }
  }
}
