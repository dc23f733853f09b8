package dev.millrace.torture;

/// When the server is killed. Those of a container are seen by [Between], those of a repository by [GitWatch].
enum Moment {
  MIGRATING("its database is being made"),
  STARTING("it starts"),
  ANY("at any time"),
  STOPPING("it was told to stop, and may not have yet"),
  PUSHING("a pack comes in"),
  RECORDING("a pushed branch is moved"),
  DEFINING("a definition comes in"),
  PROMOTING("main is moved"),
  CREATE_WANTED("after the intent, before the container is created"),
  CREATED("the container is created, and nobody knows"),
  COPYING("half of the workspace is copied in"),
  COPIED("the workspace is in, and nobody knows"),
  START_WANTED("before the container is started"),
  STARTED("the container is started, and nobody knows"),
  FOLLOWING("the step prints"),
  OUTLIVING("a step has not much time left, and none before the server is back"),
  ENDED("the step has ended, and nobody knows"),
  COLLECTING("the rest of the log is read"),
  STOP_WANTED("before a step is stopped"),
  STOPPED("a step is stopped, and nobody knows"),
  REMOVE_WANTED("the result is stored, before the container is removed"),
  REMOVED("the container is removed, and nobody knows");

  final String meaning;

  Moment(String meaning) {
    this.meaning = meaning;
  }
}
