package harness

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

// OfficialClient prepares the run of a Java program, a single file of source,
// with the official client of the servers' version on its class path. The program
// works in folder, and what the client logs is dropped. It ends with ctx.
func OfficialClient(ctx context.Context, folder, program string, args ...string) (*exec.Cmd, error) {
	lib, err := Artifacts(ctx, os.Stderr)
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(program)
	if err != nil {
		return nil, err
	}
	logging := filepath.Join(folder, "client-logback.xml")
	if err := os.WriteFile(logging, []byte("<configuration><root level=\"OFF\"/></configuration>"), 0o600); err != nil {
		return nil, err
	}
	java := exec.CommandContext(ctx, "java", append([]string{"-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
		"-Dlogback.configurationFile=file:" + logging, "-cp", filepath.Join(lib, "*"), path}, args...)...)
	java.Dir = folder
	return java, nil
}
