// A Kafka broker in memory: franz-go's kfake behind one port. Usage: kfake <port> <topic> [<user> <password>]
package main

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/twmb/franz-go/pkg/kfake"
)

func main() {
	if err := serve(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(args []string) error {
	if len(args) != 2 && len(args) != 4 {
		return fmt.Errorf("usage: kfake <port> <topic> [<user> <password>]")
	}
	port, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	options := []kfake.Opt{kfake.Ports(port), kfake.NumBrokers(1), kfake.SeedTopics(1, args[1])}
	if len(args) == 4 {
		options = append(options, kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", args[2], args[3]))
	}
	cluster, err := kfake.NewCluster(options...)
	if err != nil {
		return err
	}
	defer cluster.Close()
	fmt.Println(cluster.ListenAddrs())
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
	return nil
}
