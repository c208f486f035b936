package harness

import (
	"context"
	_ "embed"
	"fmt"
	"os/exec"
	"path/filepath"
)

//go:embed FormatBookKeeper.java
var formatBookKeeperProgram string

// formatBookKeeper writes into a new ZooKeeper what bookies and their clients
// expect to find there.
func formatBookKeeper(ctx context.Context, j java, zookeeperPort int) error {
	program, err := j.file("FormatBookKeeper.java", formatBookKeeperProgram)
	if err != nil {
		return err
	}
	format := exec.CommandContext(ctx, "java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
		"-cp", filepath.Join(j.lib, "*"), program, fmt.Sprintf("127.0.0.1:%d", zookeeperPort), ledgersPath)
	format.Dir = j.dir // where a settings file among the jars makes it write a log
	if out, err := format.CombinedOutput(); err != nil {
		return fmt.Errorf("formatting BookKeeper's metadata: %w\n%s", err, out)
	}
	return nil
}
