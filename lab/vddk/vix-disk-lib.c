/* A stand-in for VMware's libvixDiskLib, which we may not ship: the functions that nbdkit's vddk plugin calls, with the ABI
 * that the plugin expects (VMware "Virtual Disk Development Kit Programming Guide"). It serves flat files of a folder, keeps
 * a record of what it was told, and refuses a wrong password or thumbprint. `stand-in.conf` in its libdir, lines NAME=VALUE:
 *   folder       where "[DATASTORE] PATH" is DATASTORE/PATH, with -flat before .vmdk
 *   record       file that gets one line for each call
 *   password     the only one that is taken
 *   thumbprint   the only one that is taken
 *   failingReads how many reads fail before one works
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef uint64_t VixError;
enum { OK = 0, FAIL = 1, NO_FILE = 4, NOT_SUPPORTED = 6, WRONG_PASSWORD = 3014, WRONG_THUMBPRINT = 14009, ASYNC = 25000 };
enum { SECTOR = 512, CREDENTIALS_ARE_USER_AND_PASSWORD = 1, OPEN_READ_ONLY = 4 };

typedef void Log(const char *format, va_list arguments);
typedef void Done(void *data, VixError result);

struct ConnectParams {
  char *vm, *server, *thumbprint;
  long reserved1;
  int credentials;
  struct { char *user, *password, *unused; } who;
  uint32_t port, nfcPort;
  char rest[128];
};
struct Geometry { uint32_t cylinders, heads, sectors; };
struct Info {
  struct Geometry bios, physical;
  uint64_t capacity;
  int adapter, links;
  char *parent, *uuid;
  uint32_t logicalSector, physicalSector;
};
struct Block { uint64_t offset, length; };
struct BlockList { uint32_t count; struct Block blocks[]; };
struct Disk { int file; uint64_t bytes; };

static char folder[2048], record[2048], password[256], thumbprint[256];
static int failingReads;

static void note(const char *format, ...) {
  FILE *to = record[0] ? fopen(record, "a") : NULL;
  if (!to) return;
  va_list arguments;
  va_start(arguments, format);
  vfprintf(to, format, arguments);
  va_end(arguments);
  fputc('\n', to);
  fclose(to);
}

VixError VixDiskLib_InitEx(uint32_t major, uint32_t minor, Log *log, Log *warn, Log *panic, const char *libdir, const char *config) {
  (void)minor; (void)log; (void)warn; (void)panic;
  char path[2048], line[4096];
  snprintf(path, sizeof path, "%s/stand-in.conf", libdir ? libdir : "");
  FILE *from = fopen(path, "r");
  if (!from) return NO_FILE;
  while (fgets(line, sizeof line, from)) {
    line[strcspn(line, "\n")] = 0;
    char *value = strchr(line, '=');
    if (!value) continue;
    *value++ = 0;
    if (!strcmp(line, "folder")) snprintf(folder, sizeof folder, "%s", value);
    if (!strcmp(line, "record")) snprintf(record, sizeof record, "%s", value);
    if (!strcmp(line, "password")) snprintf(password, sizeof password, "%s", value);
    if (!strcmp(line, "thumbprint")) snprintf(thumbprint, sizeof thumbprint, "%s", value);
    if (!strcmp(line, "failingReads")) failingReads = atoi(value);
  }
  fclose(from);
  note("init version=%u config=%s", major, config ? config : "");
  FILE *settings = config ? fopen(config, "r") : NULL;
  while (settings && fgets(line, sizeof line, settings)) {
    line[strcspn(line, "\n")] = 0;
    note("setting %s", line);
  }
  if (settings) fclose(settings);
  return OK;
}

void VixDiskLib_Exit(void) {}

char *VixDiskLib_GetErrorText(VixError error, const char *locale) {
  (void)locale;
  switch (error) {
    case NO_FILE: return strdup("A file was not found");
    case WRONG_PASSWORD: return strdup("Insufficient permissions in the host operating system");
    case WRONG_THUMBPRINT: return strdup("The host certificate chain is incomplete");
    case NOT_SUPPORTED: return strdup("The operation is not supported");
    default: return strdup("Unknown error");
  }
}
void VixDiskLib_FreeErrorText(char *text) { free(text); }

const char *VixDiskLib_ListTransportModes(void) { return "nbdssl:nbd"; }
struct ConnectParams *VixDiskLib_AllocateConnectParams(void) { return calloc(1, sizeof(struct ConnectParams)); }
void VixDiskLib_FreeConnectParams(struct ConnectParams *params) { free(params); }

VixError VixDiskLib_ConnectEx(const struct ConnectParams *params, char readOnly, const char *snapshot, const char *modes, void **connection) {
  const char *found = params->credentials == CREDENTIALS_ARE_USER_AND_PASSWORD ? params->who.password : NULL;
  note("connect server=%s port=%u user=%s vm=%s thumbprint=%s readOnly=%d snapshot=%s transports=%s", params->server, params->port,
       params->who.user, params->vm, params->thumbprint, readOnly, snapshot ? snapshot : "", modes ? modes : "");
  if (!found || strcmp(found, password)) return WRONG_PASSWORD;
  if (!params->thumbprint || strcasecmp(params->thumbprint, thumbprint)) return WRONG_THUMBPRINT;
  *connection = strdup(params->server);
  return OK;
}
VixError VixDiskLib_Disconnect(void *connection) { free(connection); return OK; }

VixError VixDiskLib_Open(void *connection, const char *name, uint32_t flags, void **handle) {
  (void)connection;
  note("open %s flags=%u", name, flags);
  const char *end = strchr(name, ']');
  if (name[0] != '[' || !end || !(flags & OPEN_READ_ONLY)) return FAIL;
  char path[8192];
  const char *file = end + 1 + strspn(end + 1, " ");
  size_t length = strlen(file);
  if (length < 5) return NO_FILE;
  snprintf(path, sizeof path, "%s/%.*s/%.*s-flat.vmdk", folder, (int)(end - name - 1), name + 1, (int)(length - 5), file);
  struct Disk *disk = calloc(1, sizeof *disk);
  struct stat found;
  disk->file = open(path, O_RDONLY | O_CLOEXEC);
  if (disk->file < 0 || fstat(disk->file, &found) < 0) { free(disk); return NO_FILE; }
  disk->bytes = (uint64_t)found.st_size;
  *handle = disk;
  return OK;
}
VixError VixDiskLib_Close(void *handle) {
  struct Disk *disk = handle;
  close(disk->file);
  free(disk);
  return OK;
}
const char *VixDiskLib_GetTransportMode(void *handle) { (void)handle; return "nbdssl"; }

VixError VixDiskLib_GetInfo(void *handle, struct Info **info) {
  struct Info *made = calloc(1, sizeof *made);
  made->capacity = ((struct Disk *)handle)->bytes / SECTOR;
  made->adapter = 3;
  made->links = 1;
  made->logicalSector = made->physicalSector = SECTOR;
  *info = made;
  return OK;
}
void VixDiskLib_FreeInfo(struct Info *info) { free(info); }

VixError VixDiskLib_Read(void *handle, uint64_t first, uint64_t count, unsigned char *into) {
  struct Disk *disk = handle;
  if (failingReads > 0) { failingReads--; note("read fails"); return FAIL; }
  for (uint64_t done = 0, all = count * SECTOR; done < all;) {
    ssize_t n = pread(disk->file, into + done, all - done, (off_t)(first * SECTOR + done));
    if (n <= 0) return FAIL;
    done += (uint64_t)n;
  }
  return OK;
}
VixError VixDiskLib_ReadAsync(void *handle, uint64_t first, uint64_t count, unsigned char *into, Done *done, void *data) {
  done(data, VixDiskLib_Read(handle, first, count, into));
  return ASYNC;
}
VixError VixDiskLib_Wait(void *handle) { (void)handle; return OK; }

VixError VixDiskLib_QueryAllocatedBlocks(void *handle, uint64_t first, uint64_t count, uint64_t chunk, struct BlockList **list) {
  struct Disk *disk = handle;
  struct BlockList *made = calloc(1, sizeof *made + (count / chunk + 1) * sizeof(struct Block));
  off_t end = (off_t)((first + count) * SECTOR), size = (off_t)(chunk * SECTOR);
  for (off_t at = (off_t)(first * SECTOR); at < end;) {
    off_t data = lseek(disk->file, at, SEEK_DATA);
    if (data < 0 || data >= end) break;
    off_t hole = lseek(disk->file, data, SEEK_HOLE);
    data = data / size * size;
    hole = (hole + size - 1) / size * size;
    if (hole > end) hole = end;
    made->blocks[made->count++] = (struct Block){ (uint64_t)data / SECTOR, (uint64_t)(hole - data) / SECTOR };
    at = hole;
  }
  *list = made;
  return OK;
}
VixError VixDiskLib_FreeBlockList(struct BlockList *list) { free(list); return OK; }

VixError VixDiskLib_Write(void *h, uint64_t f, uint64_t c, const unsigned char *b) { (void)h; (void)f; (void)c; (void)b; note("write"); return NOT_SUPPORTED; }
VixError VixDiskLib_WriteAsync(void *h, uint64_t f, uint64_t c, const unsigned char *b, Done *d, void *x) { (void)d; (void)x; return VixDiskLib_Write(h, f, c, b); }
VixError VixDiskLib_Flush(void *h) { (void)h; return OK; }
VixError VixDiskLib_Create(void *c, const char *n, void *p, void *f, void *d) { (void)c; (void)n; (void)p; (void)f; (void)d; return NOT_SUPPORTED; }
