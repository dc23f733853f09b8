package dev.millrace.queue;

/// The figures of the policy. The benchmark changes one at a time to say what each is worth.
///
/// @param reach how many changes not tried yet are looked at together
/// @param worth how many landings a candidate must be expected to bring, for it to be started
/// @param scarcity how many more when the last place is taken: what a later, better candidate would have brought
/// @param suspect how probable it is that a change is bad by itself, from where the others go on without it
/// @param hopeless how improbable it is that a candidate passes, from where it is dropped
/// @param idle how few landings a candidate may be expected to bring, when others want its place
/// @param conflict how probable it is that two changes that are good by themselves do not go together
/// @param patience whether a green candidate waits when landing it would cost others more than it brings
/// @param alternatives whether changes are bet against that are not suspect
record Tuning(
    int reach,
    double reachRisk,
    double restart,
    double worth,
    double scarcity,
    double suspect,
    double hopeless,
    double idle,
    double conflict,
    boolean patience,
    boolean alternatives) {
  static final Tuning STANDARD = new Tuning(24, D("reachRisk", 2), D("restart", 1.5), D("worth",0.06), D("scarcity",0.04), 0.5, D("hopeless",0.1), D("idle", 0.03), D("conflict", 0.005), true, true);
  static double D(String n, double d){ return Double.parseDouble(System.getProperty(n, ""+d)); }
}
