package harness

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// BearerToken is one that a server which asks for passwords takes instead, until a time.
// Who shows it may do everything.
func BearerToken(end time.Time) string { return fmt.Sprintf("until-%d", end.UnixMilli()) }

//go:embed BearerTokens.java
var bearerTokens string

// addBearer makes the servers that are started take bearer tokens.
func (j *java) addBearer(ctx context.Context) error {
	plugin := filepath.Join(j.dir, "plugin")
	services := filepath.Join(plugin, "META-INF", "services")
	err := os.MkdirAll(services, 0o755)
	source, err1 := j.file("BearerTokens.java", bearerTokens)
	err2 := os.WriteFile(filepath.Join(services, "io.pravega.auth.AuthHandler"), []byte("BearerTokens\n"), 0o644)
	if err := errors.Join(err, err1, err2); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "javac", "-d", plugin, "-cp", filepath.Join(j.lib, "*"), source).CombinedOutput()
	if err != nil {
		return fmt.Errorf("compiling the handler of bearer tokens: %w\n%s", err, out)
	}
	j.plugin = plugin
	return nil
}
