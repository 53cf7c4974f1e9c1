/* The least that a prober does: paced echo requests, with kernel stamps of sending and receiving.
 *
 * loop TICK_MS PACKETS_PER_S SECONDS < addresses: prints how many were answered. Every tick it sends
 * what is due, takes what has come, and notes the time between the two stamps of each packet.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/ip_icmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TARGETS = 8192, BYTES = 64, SEQUENCES = 65536, ICMP = 20 };

static struct sockaddr_in targets[TARGETS];
static int64_t sent_ns[SEQUENCES], rtt_ns[SEQUENCES];
static int target_count, answered;

static uint16_t checksum(const uint16_t *words, int count) {
    uint32_t sum = 0;
    while (count--) sum += *words++;
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Take replies (flags 0) or our own packets with the stamp of their sending (MSG_ERRQUEUE). */
static void take(int sock, int flags, uint16_t id) {
    for (;;) {
        unsigned char data[256], control[256];
        struct iovec part = {data, sizeof data};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control};
        message.msg_controllen = sizeof control;
        ssize_t size = recvmsg(sock, &message, MSG_DONTWAIT | flags);
        if (size < 0) return;
        int64_t stamp = 0;
        for (struct cmsghdr *each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each))
            if (each->cmsg_level == SOL_SOCKET && each->cmsg_type == SCM_TIMESTAMPING) {
                struct timespec *time = (struct timespec *)CMSG_DATA(each);
                stamp = time->tv_sec * 1000000000LL + time->tv_nsec;
            }
        /* What comes back with a stamp has the link's header before that of IP. */
        struct icmphdr *icmp = (struct icmphdr *)(data + (flags ? size - BYTES : ICMP));
        if (size < BYTES || icmp->un.echo.id != id) continue;
        uint16_t place = ntohs(icmp->un.echo.sequence);
        if (flags) {
            sent_ns[place] = stamp;
        } else if (icmp->type == ICMP_ECHOREPLY) {
            rtt_ns[place] = stamp - sent_ns[place];
            answered++;
        }
    }
}

int main(int count, char **words) {
    if (count != 4) return 2;
    double tick_s = atof(words[1]) / 1000, per_s = atof(words[2]), lasting_s = atof(words[3]);
    char line[64];
    while (target_count < TARGETS && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        targets[target_count].sin_family = AF_INET;
        target_count += inet_aton(line, &targets[target_count].sin_addr);
    }
    int sock = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), room = 8 << 20;
    int stamps = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
    if (sock < 0 || !target_count) return 1;
    setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    setsockopt(sock, SOL_SOCKET, SO_TIMESTAMPING, &stamps, sizeof stamps);
    struct { struct icmphdr header; char payload[BYTES - sizeof(struct icmphdr)]; } packet = {0};
    packet.header.type = ICMP_ECHO;
    packet.header.un.echo.id = htons(getpid() & 0xffff);
    int64_t begun_ns = now_ns(), sent = 0;
    for (;;) {
        double passed_s = (now_ns() - begun_ns) / 1e9;
        for (; passed_s < lasting_s && sent < passed_s * per_s; sent++) {
            packet.header.un.echo.sequence = htons(sent & 0xffff);
            packet.header.checksum = 0;
            packet.header.checksum = checksum((uint16_t *)&packet, sizeof packet / 2);
            struct sockaddr_in *to = &targets[sent % target_count];
            sendto(sock, &packet, sizeof packet, 0, (struct sockaddr *)to, sizeof *to);
        }
        take(sock, MSG_ERRQUEUE, packet.header.un.echo.id);
        take(sock, 0, packet.header.un.echo.id);
        if (passed_s > lasting_s + 0.5) break;
        struct timespec pause = {0, (long)(tick_s * 1e9)};
        nanosleep(&pause, NULL);
    }
    printf("%d\n", answered);
    return 0;
}
