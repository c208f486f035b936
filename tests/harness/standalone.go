package harness

import (
	"context"
	"fmt"
)

// Standalone starts the whole of Pravega in one process: ready in about ten
// seconds, for functional tests. A fast writer can overrun its fixed cache of
// 128 MiB, and all data stays on its heap of 2 GiB: for load use InMemory.
//
// The server ends with Stop, or with this process; ctx limits only the start.
func Standalone(ctx context.Context, o Options) (*Server, error) {
	return start(ctx, o, func(s *Server, j java) error {
		ports, err := freePorts(5)
		if err != nil {
			return err
		}
		if o.ControllerPort != 0 {
			ports[0] = o.ControllerPort
		}
		s.uri = fmt.Sprintf("tcp://127.0.0.1:%d", ports[0])
		return s.emulator(j, ports)
	})
}

// emulator starts Pravega's own standalone server on five ports: controller,
// segment store, ZooKeeper, and REST of the first two.
func (s *Server) emulator(j java, ports []int, more ...string) error {
	settings, err := j.file("standalone.properties", "")
	if err != nil {
		return err
	}
	p, err := j.run("standalone", append([]string{
		"-Xmx2g", "-XX:MaxDirectMemorySize=4g",
		"-Dsinglenode.configurationFile=" + settings,
		fmt.Sprintf("-Dsinglenode.controller.rpc.port=%d", ports[0]),
		fmt.Sprintf("-Dsinglenode.segmentStore.port=%d", ports[1]),
		fmt.Sprintf("-Dsinglenode.zk.port=%d", ports[2]),
		fmt.Sprintf("-Dsinglenode.controller.rest.port=%d", ports[3]),
		fmt.Sprintf("-Dpravegaservice.rest.listener.port=%d", ports[4]),
		"-Dsinglenode.controller.rest.enable=false",
		"-Dsinglenode.admin.gateway.enable=false",
	}, more...), "io.pravega.local.LocalPravegaEmulator")
	if err != nil {
		return err
	}
	s.processes = append(s.processes, p)
	return nil
}
