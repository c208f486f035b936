package harness

// ControllerEnv names the environment variable with the address of a server
// that is there already, which Shared and with-pravega then use.
const ControllerEnv = "PRAVEGA_TEST_CONTROLLER"
