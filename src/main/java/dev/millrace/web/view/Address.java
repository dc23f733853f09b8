package dev.millrace.web.view;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A page's address as it was asked for, to make links that change one parameter of it and keep all others.
public record Address(String path, Map<String, List<String>> parameters) {
  public Address {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  static Address of(String path) {
    return new Address(path, Map.of());
  }

  boolean has(String name, String value) {
    return parameters.getOrDefault(name, List.of()).contains(value);
  }

  /// The same address with this value; without the parameter when the value is empty.
  String with(String name, String value) {
    var next = new LinkedHashMap<>(parameters);
    if (value.isEmpty()) {
      next.remove(name);
    } else {
      next.put(name, List.of(value));
    }
    String query =
        next.entrySet().stream()
            .flatMap(entry -> entry.getValue().stream().map(its -> encoded(entry.getKey()) + "=" + encoded(its)))
            .collect(Collectors.joining("&"));
    return query.isEmpty() ? path : path + "?" + query;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
