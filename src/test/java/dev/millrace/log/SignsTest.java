package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Lines as tools print them, and which of them tell of an error.
class SignsTest {
  static List<String> errors() {
    return """
        src/main.c:3:5: error: expected ';' before '}' token
        main.cpp:1:10: fatal error: missing.h: No such file or directory
        a.cpp(3): error C2065: 'x': undeclared identifier
        error[E0308]: mismatched types
        error: could not compile `shop` (bin "shop") due to 1 previous error
        src/app.ts(3,5): error TS2304: Cannot find name 'tea'.
        src/app.ts:3:5 - error TS2304: Cannot find name 'tea'.
        Program.cs(5,9): error CS0103: The name 'x' does not exist
        1 error generated.
        Found 3 errors in 2 files.
        /usr/bin/ld: main.o: undefined reference to `tea'
        collect2: error: ld returned 1 exit status
        make: *** [Makefile:3: all] Error 1
        make[2]: *** [CMakeFiles/shop.dir/all] Error 2
        [ERROR] COMPILATION ERROR :
        [ERROR] /src/Tea.java:[3,5] cannot find symbol
        BUILD FAILURE
        Tests run: 12, Failures: 1, Errors: 0, Skipped: 0
        Tests run: 12, Failures: 0, Errors: 2, Skipped: 0
        [ERROR] Tests run: 1, Failures: 1, Errors: 0, Skipped: 0 <<< FAILURE!
        FAILURE: Build failed with an exception.
        > Task :compileJava FAILED
        BUILD FAILED in 3s
        [error] Total time: 3 s
        Traceback (most recent call last):
        ValueError: invalid literal for int() with base 10: 'tea'
        AssertionError
        E       AssertionError: assert 1 == 2
        FAILED tests/test_tea.py::test_green - assert 1 == 2
        ========= 1 failed, 2 passed in 0.12s =========
        ERROR: test_green (test_tea.TeaTest)
        FAILED (failures=1)
        Exception in thread "main" java.lang.NullPointerException
        java.lang.IllegalStateException: no tea
        java.lang.StackOverflowError
        Caused by: java.io.IOException: broken pipe
        org.opentest4j.AssertionFailedError: expected: <1> but was: <2>
        Unhandled exception. System.InvalidOperationException: no tea
        Uncaught TypeError: Cannot read properties of undefined
        ReferenceError: tea is not defined
        npm ERR! code ELIFECYCLE
        npm error code E404
        FAIL src/tea.test.js
          2 failing
        Tests:       1 failed, 3 passed, 4 total
        --- FAIL: TestTea (0.00s)
        FAIL	example.org/shop	0.003s
        panic: runtime error: index out of range [3] with length 2
        thread 'main' panicked at src/main.rs:3:5:
        test result: FAILED. 3 passed; 1 failed; 0 ignored
        fatal: not a git repository (or any of the parent directories): .git
        sh: 1: gradel: not found
        /bin/sh: ./deploy: Permission denied
        bash: line 3: mvnn: command not found
        Segmentation fault (core dumped)
        not ok 3 - tea is green
        ✘ it gives the discount from exactly a hundred
          ✗ tea is green
        ✖ 3 of 12 teas
        PHP Fatal error:  Uncaught Error: no tea
        The following tests FAILED:
        ERRORS!
        ::error file=app.js,line=1::Missing semicolon
        ##[error]Process completed with exit code 1.
        time="2026-11-21T12:00:00Z" level=error msg="no tea"
        {"level":"error","msg":"no tea"}
        {"severity": "ERROR", "message": "no tea"}
        2026-11-21 12:00:00,123 ERROR [main] shop.Tea - none left
        2026-11-21T12:00:00Z FATAL the kettle is gone
        SEVERE: could not brew
        CRITICAL:root:no tea
        curl: (6) Could not resolve host: example.invalid
        ERROR: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1
        fatal: [kitchen]: FAILED! => {"changed": false}
        │ Error: Invalid tea
        """
        .lines()
        .toList();
  }

  static List<String> others() {
    return """
        0 errors
        0 errors, 0 warnings
        errors: 0
        Errors: 0
        error: 0
        no error
        No errors found.
        finished without error
        Finished with no errors
        error_handler.c
        gcc -c src/error.c -o error.o
        Compiling error-chain v0.12.4
        Downloading com/google/errorprone/error_prone_core-2.50.0.jar
        --error-on-warning
        src/errors.py:3: unused import
        last_error: null
        "error": null
        error: none
        on_error: continue
        std::error::Error
        Tests run: 12, Failures: 0, Errors: 0, Skipped: 0
        test result: ok. 3 passed; 0 failed; 0 ignored
        100 tests passed, 0 failed
        0 FAILED
        FAILED: 0
        FAILED=0
        kitchen : ok=3 changed=1 unreachable=0 failed=0
        test_error_is_told ... ok
        ok 3 - tells FAIL apart from ERROR
          ✓ returns ERROR when the kettle is gone
        --- PASS: TestFailure (0.00s)
        PASS src/error.test.js
        + grep -c ERROR build.log
        ++ echo 'error: x'
        LOG_LEVEL=ERROR
        export ON_FAIL=continue
        $ERROR_CODE
        the fail-safe is on
        failover to the second kettle
        failsafe: off
        fatalities: 0
        a failure is an option
        an exception to the rule
        ExceptionHandler.java
            at shop.TeaException.of(TeaException.java:3)
        import java.io.IOException;
        throws IOException
        catch (TeaException e) {
        npm warn deprecated tea@1.0.0
        panicking is not an option
        not ok 3 - tea is green # TODO
        ✔ it shows a ✘ where tea is missing
        ✓ tea is green
        [INFO] error handling: the ERROR level is on
        warning: unused variable: `error`
        severe weather
        Terror: a film
        mirror: https://example.org
        """
        .lines()
        .toList();
  }

  @ParameterizedTest
  @MethodSource
  void errors(String line) {
    assertThat(Signs.error(line)).isTrue();
  }

  @ParameterizedTest
  @MethodSource
  void others(String line) {
    assertThat(Signs.error(line)).isFalse();
  }

  @Test
  void colours_do_not_matter() {
    assertThat(Signs.error("\u001b[1m\u001b[31merror\u001b[0m\u001b[1m: broken\u001b[0m")).isTrue();
    assertThat(Signs.error("[\u001b[1;31mERROR\u001b[m] broken")).isTrue();
    assertThat(Signs.error("\u001b[32m0\u001b[0m errors")).isFalse();
  }

  @Test
  void only_the_beginning_of_a_line_counts() {
    assertThat(Signs.error("x".repeat(900) + " error: late")).isTrue();
    assertThat(Signs.error("x".repeat(1_000) + " error: too late")).isFalse();
  }
}
