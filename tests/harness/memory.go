package harness

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"time"
)

// containers of the segment store; the controller must be told the same number.
const containers = 4

// InMemory starts ZooKeeper, a controller and a segment store that keeps all
// data in memory, as three processes: ready in about half a minute, for load
// and benchmarks. It stands what fits its heap, 6 GiB where there is memory for
// it: start a fresh one for each large workload.
//
// The server ends with Stop, or with this process; ctx limits only the start.
func InMemory(ctx context.Context, o Options) (*Server, error) {
	return start(ctx, o, func(s *Server, j java, controllerPort int) error {
		s.uri = fmt.Sprintf("tcp://127.0.0.1:%d", controllerPort)
		var ofStore, ofController []string
		if o.TokenLife > 0 {
			s.user, s.password = adminUser, adminPassword
			var err error
			if ofStore, ofController, err = tokenSettings(j, o.TokenLife); err != nil {
				return err
			}
			if err := j.addBearer(ctx); err != nil {
				return err
			}
		}
		return s.launchParts(j, controllerPort, ofStore, ofController)
	})
}

// tokenSettings make store and controller ask for passwords and tokens. The store
// writes to streams of its own, so it gets the administrator's.
func tokenSettings(j java, life time.Duration) (ofStore, ofController []string, err error) {
	passwords, err := passwordFile([]Account{administrator})
	if err != nil {
		return nil, nil, err
	}
	accounts, err := j.file("accounts", passwords)
	return []string{
			"-DautoScale.controller.connect.security.auth.enable=true",
			"-DautoScale.security.auth.token.signingKey.basis=secret",
			"-Dpravega.client.auth.method=Basic",
			"-Dpravega.client.auth.token=" + base64.StdEncoding.EncodeToString([]byte(adminUser+":"+adminPassword)),
		}, []string{
			"-Dcontroller.security.auth.enable=true",
			"-Dcontroller.security.pwdAuthHandler.accountsDb.location=" + accounts,
			"-Dcontroller.security.auth.delegationToken.signingKey.basis=secret",
			fmt.Sprintf("-Dcontroller.security.auth.delegationToken.ttl.seconds=%d", int(life.Seconds())),
		}, err
}

// launchParts starts the processes; the store and the controller get settings
// beside those that are always the same.
func (s *Server) launchParts(j java, controllerPort int, ofStore, ofController []string) error {
	zookeeperPort, err := freePort()
	storePort, err1 := freePort()
	restPort, err2 := freePort() // the controller's, which cannot be turned off
	if err := errors.Join(err, err1, err2); err != nil {
		return err
	}
	s.storePort = storePort
	zookeeper := fmt.Sprintf("127.0.0.1:%d", zookeeperPort)
	zookeeperFile, err := j.file("zookeeper.cfg", fmt.Sprintf(`tickTime=500
dataDir=%s
clientPort=%d
clientPortAddress=127.0.0.1
maxClientCnxns=0
admin.enableServer=false
`, filepath.Join(j.dir, "tmp", "zookeeper"), zookeeperPort))
	storeFile, err1 := j.file("segmentstore.properties", "") // asked for, even if all is said on the command line
	heap, direct, cache, err2 := storeMemory()
	if err := errors.Join(err, err1, err2); err != nil {
		return err
	}
	for _, part := range []struct {
		name, main string
		jvm        []string
		args       []string
	}{
		{
			name: "zookeeper", main: "org.apache.zookeeper.server.quorum.QuorumPeerMain", args: []string{zookeeperFile},
			jvm: []string{"-Xmx256m", "-Dzookeeper.jmx.log4j.disable=true"},
		},
		{
			name: "segmentstore", main: "io.pravega.segmentstore.server.host.ServiceStarter",
			jvm: append([]string{
				fmt.Sprintf("-Xmx%d", heap), fmt.Sprintf("-XX:MaxDirectMemorySize=%d", direct),
				fmt.Sprintf("-Dpravegaservice.cache.size.max=%d", cache),
				"-Dpravega.configurationFile=" + storeFile,
				fmt.Sprintf("-Dpravegaservice.container.count=%d", containers),
				"-Dpravegaservice.service.listener.host.nameOrIp=127.0.0.1",
				fmt.Sprintf("-Dpravegaservice.service.listener.port=%d", storePort),
				"-Dpravegaservice.service.published.host.nameOrIp=127.0.0.1",
				fmt.Sprintf("-Dpravegaservice.service.published.port=%d", storePort),
				"-Dpravegaservice.rest.listener.enable=false",
				"-Dpravegaservice.zk.connect.uri=" + zookeeper,
				"-Dpravegaservice.dataLog.impl.name=INMEMORY",
				"-Dpravegaservice.storage.impl.name=INMEMORY",
				"-DautoScale.controller.connect.uri=" + s.uri,
				"-Dmetrics.statistics.enable=false",
			}, ofStore...),
		},
		{
			name: "controller", main: "io.pravega.controller.server.Main",
			jvm: append([]string{
				"-Xmx512m",
				"-Dcontroller.zk.connect.uri=" + zookeeper,
				fmt.Sprintf("-Dcontroller.container.count=%d", containers),
				"-Dcontroller.rebalance.interval.seconds.min=1",
				fmt.Sprintf("-Dcontroller.service.rpc.listener.port=%d", controllerPort),
				"-Dcontroller.service.rpc.published.host.nameOrIp=127.0.0.1",
				fmt.Sprintf("-Dcontroller.service.rpc.published.port=%d", controllerPort),
				"-Dcontroller.service.rest.listener.host.ip=127.0.0.1",
				fmt.Sprintf("-Dcontroller.service.rest.listener.port=%d", restPort),
				"-Dcontroller.metrics.statistics.enable=false",
			}, ofController...),
		},
	} {
		p, err := j.run(part.name, part.jvm, part.main, part.args...)
		if err != nil {
			return err
		}
		s.processes = append(s.processes, p)
	}
	return nil
}

// storeMemory divides what the machine has, in bytes: heap and direct memory
// together must be less than that, and the cache less than direct memory, or
// the store does not start.
func storeMemory() (heap, direct, cache uint64, err error) {
	var machine syscall.Sysinfo_t
	if err := syscall.Sysinfo(&machine); err != nil {
		return 0, 0, 0, err
	}
	total := machine.Totalram * uint64(machine.Unit)
	heap, direct = min(6<<30, total*3/8), min(4<<30, total/4)
	return heap, direct, direct * 3 / 4, nil
}
