package harness

import (
	"context"
	"errors"
	"fmt"
)

// Standalone starts the whole of Pravega in one process: ready in about ten
// seconds, for functional tests. A fast writer can overrun its fixed cache of
// 128 MiB, and all data stays on its heap of 2 GiB: for load use InMemory.
//
// The server ends with Stop, or with this process; ctx limits only the start.
func Standalone(ctx context.Context, o Options) (*Server, error) {
	return start(ctx, o, func(s *Server, j java, controllerPort int) error {
		s.uri = fmt.Sprintf("tcp://127.0.0.1:%d", controllerPort)
		settings := []string{"-Dpravegaservice.service.published.host.nameOrIp=127.0.0.1"}
		if !o.Proxied {
			return s.emulate(j, controllerPort, settings...)
		}
		var err error
		if s.proxy, err = startProxy(); err != nil {
			return err
		}
		settings = append(settings, fmt.Sprintf("-Dpravegaservice.service.published.port=%d", s.proxy.port))
		if err := s.emulate(j, controllerPort, settings...); err != nil {
			return err
		}
		return s.proxy.open(s.storePort)
	})
}

// emulate starts Pravega's own standalone server, with more settings.
func (s *Server) emulate(j java, controllerPort int, settings ...string) error {
	file, err := j.file("standalone.properties", "") // asked for, even if all is said on the command line
	storePort, err1 := freePort()
	zookeeperPort, err2 := freePort()
	if err := errors.Join(err, err1, err2); err != nil {
		return err
	}
	s.storePort = storePort
	p, err := j.run("standalone", append([]string{
		"-Xmx2g", "-XX:MaxDirectMemorySize=4g",
		"-Dsinglenode.configurationFile=" + file,
		fmt.Sprintf("-Dsinglenode.controller.rpc.port=%d", controllerPort),
		fmt.Sprintf("-Dsinglenode.segmentStore.port=%d", storePort),
		fmt.Sprintf("-Dsinglenode.zk.port=%d", zookeeperPort),
		"-Dsinglenode.controller.rest.enable=false",
		"-Dsinglenode.admin.gateway.enable=false",
		"-Dpravegaservice.service.listener.host.nameOrIp=127.0.0.1",
	}, settings...), "io.pravega.local.LocalPravegaEmulator")
	if err == nil {
		s.processes = append(s.processes, p)
	}
	return err
}
