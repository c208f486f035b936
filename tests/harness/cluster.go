package harness

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Cluster is a running Pravega whose parts can be taken away and brought back
// one by one. The members are "zookeeper", "bookie-1" to "bookie-3",
// "controller-1", "controller-2", "segmentstore-1" and "segmentstore-2"; what
// they store survives the end of any and of all of them. Its methods may be
// called from any goroutine, but none once Close was called.
type Cluster struct {
	folder *folder // in build/pravega
	java   java

	proxies []*Proxy // of the segment stores; none unless Options.Proxied

	mu      sync.Mutex
	members []*member // in the order in which they are started
}

// clusterStartLimit is how long a cluster may take until it is ready. On a free
// machine it takes half a minute; eight JVMs are slow to start on a busy one.
const clusterStartLimit = 6 * time.Minute

// StartCluster starts ZooKeeper, three bookies, two controllers and two segment
// stores, each in a process of its own, and returns when the cluster is ready.
// Together they take about 2 GiB of memory. A segment store that has died is
// noticed by the others after two seconds, a controller after ten.
//
// Options.Accounts are not for clusters; Options.ControllerPort is the port of the
// first controller.
//
// The cluster ends with Close, or with this process; ctx limits only the start.
func StartCluster(ctx context.Context, o Options) (*Cluster, error) {
	if o.Accounts != nil {
		return nil, errors.New("a cluster has no accounts")
	}
	lib, err := o.prepare(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, clusterStartLimit)
	defer cancel()
	for tries := 3; ; tries-- {
		folder, err := newFolder(filepath.Dir(lib))
		if err != nil {
			return nil, err
		}
		c := &Cluster{folder: folder, java: java{lib: lib, dir: folder.dir, logLevel: o.LogLevel}}
		if err = c.launchAll(ctx, o); err == nil {
			err = c.Ready(ctx)
		}
		if err == nil {
			return c, nil
		}
		c.KeepLogs()
		c.Close()
		if !errors.Is(err, errPortTaken) || o.ControllerPort != 0 || tries == 1 {
			return nil, err
		}
	}
}

// launchAll starts all members of a new cluster, each when those that it needs
// listen.
func (c *Cluster) launchAll(ctx context.Context, o Options) (err error) {
	if o.Proxied {
		for len(c.proxies) < segmentStores {
			proxy, err := startProxy()
			if err != nil {
				return err
			}
			c.proxies = append(c.proxies, proxy)
		}
	}
	if c.members, err = newMembers(c.java, o.ControllerPort, c.proxies); err != nil {
		return err
	}
	members := c.members
	zookeeper := members[0]
	if err := c.Start(zookeeper.name); err != nil {
		return err
	}
	if err := c.awaitPort(ctx, zookeeper); err != nil {
		return err
	}
	if err := formatBookKeeper(ctx, c.java, zookeeper.port); err != nil {
		return err
	}
	for _, m := range members[1:] {
		if err := c.Start(m.name); err != nil {
			return err
		}
	}
	return nil
}

// ControllerURI is where a client connects: it names both controllers.
func (c *Cluster) ControllerURI() string {
	return controllerURI(c.ports(controllerMain))
}

// Dir is the folder with the cluster's logs and settings.
func (c *Cluster) Dir() string { return c.folder.dir }

// Log is the path of a member's log. It goes on when the member starts again.
func (c *Cluster) Log(name string) string { return filepath.Join(c.Dir(), name+".log") }

// Proxies stand in front of "segmentstore-1" and "segmentstore-2"; none unless
// Options.Proxied. Their ports are closed while the store does not run.
func (c *Cluster) Proxies() []*Proxy { return c.proxies }

// Members are the names of all members, in the order in which they are started.
func (c *Cluster) Members() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for _, m := range c.members {
		names = append(names, m.name)
	}
	return names
}

// At is the name of the member that others find at a port, "" if there is none.
func (c *Cluster) At(port int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.members {
		if m.published() == port {
			return m.name
		}
	}
	return ""
}

// Pids are the ids of the members' processes by name; one that was killed or
// stopped has none.
func (c *Cluster) Pids() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	pids := make(map[string]int)
	for _, m := range c.members {
		if m.process != nil {
			pids[m.name] = m.process.pid
		}
	}
	return pids
}

// Kill ends members all at once, as a crash would (SIGKILL), and returns when
// they are gone. One that does not run stays so.
func (c *Cluster) Kill(names ...string) error {
	processes, err := c.release(names)
	var work sync.WaitGroup
	for _, p := range processes {
		work.Go(p.stop)
	}
	work.Wait()
	c.shutPorts()
	return err
}

// Stop asks a member to end (SIGTERM) and returns when it is gone. When ctx ends
// first, the member is killed and Stop returns an error.
func (c *Cluster) Stop(ctx context.Context, name string) error {
	processes, err := c.release([]string{name})
	for _, p := range processes {
		err = errors.Join(syscall.Kill(p.pid, syscall.SIGTERM), p.await(ctx))
		p.stop()
	}
	c.shutPorts()
	return err
}

// shutPorts makes the proxies of stores that do not run refuse connections, as the
// stores do.
func (c *Cluster) shutPorts() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.members {
		if m.proxy != nil && m.process == nil {
			m.proxy.shut()
		}
	}
}

// await returns when the server has ended by itself.
func (p *process) await(ctx context.Context) error {
	select {
	case <-p.gone:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s did not end when it was asked to: %w", p.name, ctx.Err())
	}
}

// release gives the processes of members to the caller, who is to end them. If
// a name is unknown, it gives none.
func (c *Cluster) release(names []string) ([]*process, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []*member
	for _, name := range names {
		m, err := c.find(name)
		if err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	var processes []*process
	for _, m := range found {
		if m.process != nil {
			processes = append(processes, m.process)
			m.process = nil
		}
	}
	return processes, nil
}

// Start starts a member again, on the same ports and with what it had stored. It
// does not wait until the member works: see Ready. One that runs stays so.
func (c *Cluster) Start(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, err := c.find(name)
	if err != nil || m.process != nil {
		return err
	}
	if m.proxy != nil {
		if err := m.proxy.open(m.port); err != nil {
			return err
		}
	}
	m.process, err = c.java.run(m.name, m.jvm, m.main, m.args...)
	return err
}

// find a member by name.
func (c *Cluster) find(name string) (*member, error) {
	i := slices.IndexFunc(c.members, func(m *member) bool { return m.name == name })
	if i < 0 {
		return nil, fmt.Errorf("the cluster has no member %q", name)
	}
	return c.members[i], nil
}

// Watch waits for the end of ctx, and then returns nil. When a member ends that
// was neither killed nor stopped, it returns an error at once.
func (c *Cluster) Watch(ctx context.Context) error {
	for {
		if err := c.running().ended(); err != nil {
			return err
		}
		if pause(ctx, 500*time.Millisecond) != nil {
			return nil
		}
	}
}

// running is the part of the cluster that runs, as one server.
func (c *Cluster) running() *Server {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &Server{folder: c.folder}
	for _, m := range c.members {
		if m.process != nil {
			s.processes = append(s.processes, m.process)
		}
	}
	return s
}

// KeepLogs makes Close leave the logs and settings, for somebody who wants to know
// why something failed.
func (c *Cluster) KeepLogs() { c.folder.keep() }

// Close ends the cluster and returns when its processes and its data are gone.
// Its logs stay if a member had ended by itself, or after KeepLogs. A second Close
// does nothing.
func (c *Cluster) Close() {
	if c.running().ended() != nil {
		c.KeepLogs()
	}
	c.Kill(c.Members()...) // fails only for unknown names
	for _, proxy := range c.proxies {
		proxy.close()
	}
	c.folder.close()
}

// controllerURI names controllers by their ports.
func controllerURI(ports []int) string {
	var hosts []string
	for _, port := range ports {
		hosts = append(hosts, fmt.Sprintf("127.0.0.1:%d", port))
	}
	return "tcp://" + strings.Join(hosts, ",")
}
