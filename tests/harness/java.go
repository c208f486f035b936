package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// java starts the processes of one server.
type java struct {
	lib      string // folder of the jars
	dir      string // the server's folder
	logLevel string
	plugin   string // folder of classes beside the jars, if any
}

// run starts a main class with options for the JVM before it. All that it logs
// or prints goes to NAME.log in the server's folder.
func (j java) run(name string, jvm []string, main string, args ...string) (*process, error) {
	log := filepath.Join(j.dir, name+".log")
	logback := filepath.Join(j.dir, name+"-logback.xml")
	if err := os.WriteFile(logback, fmt.Appendf(nil, `<configuration>
  <appender name="FILE" class="ch.qos.logback.core.FileAppender">
    <file>%s</file>
    <encoder><pattern>%%d{HH:mm:ss.SSS} %%-5level [%%thread] %%logger{36} %%msg%%n</pattern></encoder>
  </appender>
  <root level="%s"><appender-ref ref="FILE"/></root>
</configuration>
`, log, j.logLevel), 0o644); err != nil {
		return nil, err
	}
	command := []string{"java",
		"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", // small and quick to start
		"-XX:-UsePerfData", // leaves a file behind when killed
		"-Djava.io.tmpdir=" + filepath.Join(j.dir, "tmp"),
		"-Dlogback.configurationFile=file:" + logback,
		"-cp", strings.Trim(filepath.Join(j.lib, "*")+":"+j.plugin, ":"),
	}
	command = append(append(append(command, jvm...), main), args...)
	return launch(name, j.dir, log, command...)
}

// file writes a file into the server's folder and returns its path.
func (j java) file(name, content string) (string, error) {
	path := filepath.Join(j.dir, name)
	return path, os.WriteFile(path, []byte(content), 0o600)
}
